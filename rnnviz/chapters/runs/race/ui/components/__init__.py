"""The front-end components of this part."""
