"""What the networks read: digits, ink, and signals."""
