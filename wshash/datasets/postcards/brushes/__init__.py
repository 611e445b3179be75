"""Brushes: each puts one kind of thing on a canvas, and says on the map what it is."""
