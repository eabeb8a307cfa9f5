"""What networks are trained with: Keras, layers, blocks."""
