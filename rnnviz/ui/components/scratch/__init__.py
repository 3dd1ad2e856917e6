"""The components of the network by hand."""
