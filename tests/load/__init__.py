"""Load tests: tabs without a browser on one server, over loopback only."""
