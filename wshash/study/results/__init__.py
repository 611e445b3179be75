"""What is made of rows: tidy tables, differences with intervals, claims and their verdicts, files."""
