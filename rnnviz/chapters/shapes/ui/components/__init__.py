"""The front-end components of this chapter."""
