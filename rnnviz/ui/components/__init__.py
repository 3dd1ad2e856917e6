"""Front-end components that several pages share: the drawing pad and the player of a reading."""
