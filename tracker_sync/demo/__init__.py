"""A fictional company and its two trackers, to try tracker-sync on without an account."""
