"""Says in a tracker which of its epics name no strategic intent: what should stand there."""
