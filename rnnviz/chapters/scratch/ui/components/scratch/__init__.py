"""Components of the Scratch page: charts, graph, line-by-line view, matrix tables."""
