"""Hypothesis without its deadline: how long one example takes says nothing on a machine that is shared."""

from hypothesis import settings

settings.register_profile("datasets", deadline=None)
settings.load_profile("datasets")
