"""DATA: pictures and truth on disk."""

from opsin.data.captions import Captions
from opsin.data.convert import convert
from opsin.data.dataset import Dataset
from opsin.data.load import load
from opsin.data.things import Things

__all__ = ["Captions", "Dataset", "Things", "convert", "load"]
