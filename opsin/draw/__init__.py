"""DRAW: marks on a copy of the image."""
