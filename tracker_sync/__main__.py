"""Lets `python -m tracker_sync` do what the `tracker-sync` command does."""

from tracker_sync.cli import main

main()
