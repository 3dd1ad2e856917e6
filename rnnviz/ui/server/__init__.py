"""Caches and managers that all sessions of a server share."""
