"""The tutorial program of Keras, by hand: MNIST, a small convolutional network, ten epochs.

    python examples/mnist_keras.py

`opsin train mnist --epochs 10` does the same and keeps a run; docs/tutorial.md goes through both, step by step.
"""

import opsin
from opsin.nn.backend import keras

keras = keras()  # Keras on the backend that is installed, without its chatter
layers = keras.layers


def pictures(part: str):
    """Pictures (n, 28, 28, 1) in 0..1 and class numbers (n,) of a part of MNIST."""
    data = opsin.data.load("mnist", split=(0.8, 0.2, 0.0)).part(part)
    return data.pictures.pixels.astype("float32") / 255, data.truth


def network():
    """Convolution, pooling, convolution, pooling, convolution, flatten, dense, dropout, softmax."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def main(epochs: int = 10, seed: int = 0) -> float:
    """Train, and answer with the accuracy on the test part."""
    keras.utils.set_random_seed(seed)
    model = network()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(*pictures("train"), batch_size=128, epochs=epochs, validation_data=pictures("validation"))
    _, accuracy = model.evaluate(*pictures("test"))
    return accuracy


if __name__ == "__main__":
    print(f"accuracy on the test part: {main():.4f}")
