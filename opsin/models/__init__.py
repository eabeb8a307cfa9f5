"""MODELS: one file for each family of networks: its cards, how it prepares images, how it reads the output."""

from opsin.models._model import Model, Pipeline, SingleNetwork
from opsin.models._registry import MODELS, card_of, cards_needed, open_model, register

__all__ = ["MODELS", "Model", "Pipeline", "SingleNetwork", "card_of", "cards_needed", "open_model", "register"]
