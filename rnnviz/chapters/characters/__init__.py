"""Characters: networks that read and generate text, one character per step."""
