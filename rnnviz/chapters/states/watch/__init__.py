"""All states and gates of one reading, with the equation of a unit."""
