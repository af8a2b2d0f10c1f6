"""Reports as one HTML page: to read, to look at, and to look into."""
