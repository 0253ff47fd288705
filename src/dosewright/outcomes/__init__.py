"""What came of it all: response, safety, endpoints, survival, matching. Values in, values out; no files, no clock."""
