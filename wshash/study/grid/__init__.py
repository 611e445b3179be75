"""The grid of runs: what a row is made of, where it lies, what is missing, and how that is made."""
