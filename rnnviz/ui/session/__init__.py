"""State of one session: its keys and its query parameters."""
