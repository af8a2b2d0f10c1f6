"""A run that does not end: each source again and again, with a page for those who watch it."""
