"""Studies beside the grid: few labels, length of training, ways of starting, tag filters, tag vectors, times."""
