"""A race: cells with equal parameter counts, trained in rounds."""
