"""DATA: pictures and truth on disk."""

from opsin.data.load import load

__all__ = ["load"]
