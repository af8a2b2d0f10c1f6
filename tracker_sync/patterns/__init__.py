"""Patterns in how an organisation decides: what is measured of it, and which rule makes a warning of that."""
