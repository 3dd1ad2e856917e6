"""Draw: an LSTM's predictions while the user draws a digit."""
