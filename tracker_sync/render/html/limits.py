"""How much of a large report a page shows, so that it stays a few megabytes."""

ROWS = 50
"""Rows of a table; a table's own `most` of them in sight, the others behind a click."""
ITEMS = 20
"""Items of each list behind a figure."""
FEWER = 10
"""The same for a figure of a table, of which there are many."""
REASONS = 1_500
"""Items with their reasons, in the order in which the page names them."""
