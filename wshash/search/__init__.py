"""Search one's own photographs, by picture and by word: the index of a folder, the model that ships, the answers."""

from wshash.search.index import FolderIndex
from wshash.search.model import SHIPPED, SearchModel

__all__ = ["SHIPPED", "FolderIndex", "SearchModel"]
