"""Tells whether product work follows the stated strategy, from the issue trackers people already have."""

__version__ = "0.1.0"
