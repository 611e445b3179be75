"""Postcards: a drawn data set of any size, with 24 concepts and a simulated folksonomy."""

from wshash.datasets.postcards.collection import Postcards, is_drawn, load
from wshash.datasets.postcards.concepts import CONCEPTS

__all__ = ["CONCEPTS", "Postcards", "is_drawn", "load"]
