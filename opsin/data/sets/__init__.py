"""Sets of pictures that many have learned on: one file for each."""

from opsin.data.sets._builtin import SETS, BuiltIn, Held
from opsin.data.sets._kept import kept, path_of

__all__ = ["SETS", "BuiltIn", "Held", "kept", "path_of"]
