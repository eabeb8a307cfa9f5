"""MODELS: one file for each family of networks: its cards, how it prepares images, how it reads the output."""

from opsin.models._architecture import ARCHITECTURES, Architecture, Blueprint, assemble
from opsin.models._logits import as_logits
from opsin.models._model import Model, Pipeline, SingleNetwork
from opsin.models._own import network_named
from opsin.models._registry import MODELS, card_of, cards_needed, open_model, register
from opsin.models._taught import DEFAULT_FIT, IMAGE, TAUGHT, TaughtModel, fitted_as
from opsin.models._teacher import TEACHERS, Mover, Practice, Sight, Teacher, Usual

__all__ = [
    "ARCHITECTURES",
    "DEFAULT_FIT",
    "IMAGE",
    "MODELS",
    "TAUGHT",
    "TEACHERS",
    "Architecture",
    "Blueprint",
    "Model",
    "Mover",
    "Pipeline",
    "Practice",
    "Sight",
    "SingleNetwork",
    "TaughtModel",
    "Teacher",
    "Usual",
    "as_logits",
    "assemble",
    "card_of",
    "cards_needed",
    "fitted_as",
    "network_named",
    "open_model",
    "register",
]
