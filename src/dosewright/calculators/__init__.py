"""How much: one public function each, quantities in, quantities out; no files, no clock, no policy."""
