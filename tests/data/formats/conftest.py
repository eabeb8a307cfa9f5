"""Pictures with masks, as people have them."""

import numpy as np
import pytest
from PIL import Image

from opsin.media.files import save_image

HEIGHT, WIDTH = 40, 48


@pytest.fixture
def masked(tmp_path, picture):
    """masked({"images/a.jpg": "masks/a.png"}, laid): a folder with these pictures and masks of these values."""

    def make(pairs, laid, name="data"):
        for seed, (shown, mask) in enumerate(pairs.items()):
            save_image(tmp_path / name / shown, picture(seed))
            (tmp_path / name / mask).parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(laid).save(tmp_path / name / mask)
        return tmp_path / name

    return make


@pytest.fixture
def laid():
    """(40, 48) uint8: left 0, in the middle 1, on the right 2, the lowest rows 255."""
    found = np.repeat(np.arange(3, dtype=np.uint8), WIDTH // 3)[None].repeat(HEIGHT, axis=0)
    found[-4:] = 255
    return found
