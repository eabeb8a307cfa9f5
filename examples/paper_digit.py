"""A digit of MNIST's test part, drawn as if somebody had written it on paper and photographed it.

    python examples/paper_digit.py digit.jpg

It is no photograph: the program adds paper that is darker on one side, ink of uneven strength, blur and noise. It is
there so that everybody has the same picture to try; a real photograph of your own writing is the better test.
"""

import sys

import numpy as np
from PIL import Image, ImageFilter

import opsin

NUMBER, SIDE, TURN = 0, 480, 6
"""Which digit of the test part, the picture's side in pixels, and how far the paper lies askew, in degrees."""


def ink(digit: np.ndarray) -> np.ndarray:
    """Pixels (28, 28) of MNIST, in 0..255 -> how much ink is where, (SIDE, SIDE) in 0..1: enlarged, turned, smooth."""
    side = SIDE * 2 // 3
    drawn = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    paper = Image.new("L", (SIDE, SIDE))
    paper.paste(drawn, (SIDE // 8, SIDE // 5))
    turned = paper.rotate(TURN, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(7))
    # Bicubic edges are soft over a dozen pixels; a pen's are not.
    return np.clip((np.asarray(turned) / 255 - 0.45) * 5, 0, 1)


def photographed(digit: np.ndarray, seed: int = 0) -> Image.Image:
    """The digit as dark blue ink on light paper, with a shadow from one side and the noise of a small camera."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    light = 0.92 - 0.35 * x * (1 - y) - 0.1 * y  # (SIDE, SIDE) of the paper
    strength = ink(digit) * (0.8 + 0.15 * np.sin(9 * x + 5 * y))
    paper, pen = np.array([252, 246, 232]), np.array([38, 48, 110])
    seen = (paper + (pen - paper) * strength[..., None]) * light[..., None]
    noisy = seen + random.normal(0, 4, seen.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))


def main(path: str) -> None:
    """Write the picture."""
    digits = opsin.data.load("mnist").part("test")
    photographed(digits.pictures[NUMBER][..., 0]).save(path, quality=88)
    print(f"{path}: digit {NUMBER} of the test part, a {digits.labels[digits.truth[NUMBER]]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
