"""File formats that a taught network can be exported to: one file for each."""

from opsin.nn.formats._format import FORMATS, Format, Notes, Samples, Serving, serving

__all__ = ["FORMATS", "Format", "Notes", "Samples", "Serving", "serving"]
