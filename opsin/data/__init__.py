"""DATA: pictures and truth on disk."""

from opsin.data.convert import convert
from opsin.data.load import load

__all__ = ["convert", "load"]
