"""What came of it all: endpoints, survival, matching. Values in, values out; no files, no clock."""
