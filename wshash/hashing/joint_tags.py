"""The network of :class:`wshash.hashing.joint.JointHash` on tags alone."""

from dataclasses import dataclass

from wshash.hashing.cca_itq import check_tags
from wshash.hashing.joint import JointHash


@dataclass(eq=False, repr=False, kw_only=True)
class JointTags(JointHash):
    """JointHash without any label: ``fit(X, y)`` takes tags as :class:`wshash.hashing.cca_itq.CCAITQ` does."""

    _target = "the weights of tags"

    def fit(self, X, y=None):
        """Train on tags, numbers n×V, dense or sparse, from :func:`wshash.tags.tag_weights`."""
        X, y = self._validate_fit(X, y)
        return super().fit(X, None, y)

    def _validate_target(self, X, y):
        return check_tags(y, len(X))
