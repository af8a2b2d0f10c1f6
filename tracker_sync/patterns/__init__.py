"""What the warnings about habits of deciding measure, and how far to believe it."""
