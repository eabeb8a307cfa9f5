import hashlib
import io
import zipfile

import cv2
import numpy as np
import pytest
from PIL import Image

from opsin.data.checks.facts import THUMB, measured, read, sharpness
from opsin.data.dataset import Arrays
from opsin.data.files import Files, zipped
from opsin.data.near import perceptual_hash
from opsin.media.files import save_image


def step(width=64, sigma=0.0, light=200, dark=50):
    """A vertical edge in the middle, (48, width) grey."""
    grey = np.full((48, width), dark, np.uint8)
    grey[:, width // 2 :] = light
    return cv2.GaussianBlur(grey, (0, 0), sigma) if sigma else grey


class TestSharpness:
    def test_a_step_from_one_pixel_to_the_next_is_2(self):
        assert sharpness(step()) == pytest.approx(2, abs=0.01)

    def test_it_falls_as_the_edge_widens(self):
        found = [sharpness(step(sigma=sigma)) for sigma in (0.5, 1.0, 2.0, 4.0)]
        assert found == sorted(found, reverse=True)
        assert found[-1] < 0.3

    def test_contrast_plays_no_role(self):
        assert sharpness(step(light=120, dark=100)) == pytest.approx(sharpness(step()), abs=0.01)

    def test_the_number_of_edges_plays_no_role(self):
        many = np.hstack([step(16), step(16)[:, ::-1]] * 4)
        assert sharpness(many) == pytest.approx(sharpness(step()), abs=0.01)

    def test_of_an_even_picture_it_is_0(self):
        assert sharpness(np.full((9, 9), 77, np.uint8)) == 0


class TestMeasured:
    def test_a_large_picture_is_compared_at_the_size_of_the_others(self, picture):
        small = cv2.resize(picture(1), (192, 160), interpolation=cv2.INTER_CUBIC)
        large = cv2.resize(small, (1920, 1600), interpolation=cv2.INTER_CUBIC)
        sharp = [measured(image, b"", (1, 1)).sharpness for image in (cv2.resize(large, (256, 213)), large)]
        assert sharp[0] == pytest.approx(sharp[1], rel=0.1)

    def test_a_small_picture_is_not_enlarged(self):
        image = np.repeat(step()[:, :, None], 3, axis=2)
        assert measured(image, b"", (48, 64)).sharpness == pytest.approx(sharpness(step()))

    def test_lightness_is_that_of_all_but_the_few_lightest_and_darkest(self):
        image = np.full((10, 10, 3), 100, np.uint8)
        image[0, :3], image[0, 3:6] = 0, 255
        fact = measured(image, b"", (10, 10))
        assert (fact.low, fact.high) == (100, 100)

    def test_pure_red_is_not_dark(self):
        assert measured(np.full((8, 8, 3), (255, 0, 0), np.uint8), b"", (8, 8)).high == 255

    def test_the_thumbnail_is_the_picture_squeezed(self, picture):
        thumb = measured(picture(1), b"", (40, 48)).thumb
        assert thumb.shape == (THUMB, THUMB, 3)
        assert thumb.mean(axis=(0, 1)) == pytest.approx(picture(1).mean(axis=(0, 1)), abs=1.5)


class TestRead:
    @pytest.fixture
    def files(self, tmp_path, picture):
        save_image(tmp_path / "a.png", picture(1))
        (tmp_path / "b.jpg").write_bytes(b"no picture")
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.fromarray(picture(2)).save(tmp_path / "c.jpg", exif=exif)
        return Files(tmp_path, ("a.png", "b.jpg", "c.jpg"))

    def test_a_file_is_measured_and_handed_on(self, files, picture):
        fact, image = read(files, 0)
        assert np.array_equal(image, picture(1))
        assert (fact.error, fact.size, fact.orientation) == ("", (40, 48), 1)
        assert fact.digest == hashlib.sha256(files.path(0).read_bytes()).digest()
        assert fact.hash == perceptual_hash(picture(1))

    def test_what_cannot_be_read_says_why(self, files):
        fact, image = read(files, 1)
        assert image is None
        assert "b.jpg is not a picture" in fact.error

    def test_a_lying_picture_is_read_upright_and_noted(self, files):
        fact, image = read(files, 2)
        assert (fact.orientation, fact.size, image.shape) == (6, (48, 40), (48, 40, 3))

    def test_a_picture_in_an_archive_is_measured_as_in_its_file(self, files, tmp_path):
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            for name in ("a.png", "c.jpg"):
                archive.write(tmp_path / name, name)
        inside = zipped(tmp_path / "all.zip")
        for index, other in enumerate((0, 2)):
            here, there = read(inside, index)[0], read(files, other)[0]
            assert (here.digest, here.hash, here.size) == (there.digest, there.hash, there.size)
            assert here.orientation == there.orientation

    def test_of_a_large_photograph_the_whole_size_is_told(self, tmp_path, picture):
        large = cv2.resize(picture(1), (2400, 2000))
        file = io.BytesIO()
        Image.fromarray(large).save(file, "JPEG")
        (tmp_path / "large.jpg").write_bytes(file.getvalue())
        fact, image = read(Files(tmp_path, ("large.jpg",)), 0)
        assert fact.size == (2000, 2400)
        assert min(image.shape[:2]) >= 256

    def test_grey_arrays_are_pictures_too(self):
        fact, image = read(Arrays(np.full((1, 8, 8, 1), 9, np.uint8), np.arange(1)), 0)
        assert (fact.size, image.shape) == ((8, 8), (8, 8, 3))
