"""Ways in which boxes are written down, one file for each: read, and written."""

from opsin.data.formats._format import FORMATS, Asked, Format, format_of
from opsin.data.formats._writing import file_names

__all__ = ["FORMATS", "Asked", "Format", "file_names", "format_of"]
