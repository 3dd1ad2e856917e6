"""People without a screen, and a server that they use at once: against loopback only."""
