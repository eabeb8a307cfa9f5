import pytest

from opsin.core.errors import DataError
from opsin.data import load
from opsin.data.formats._mask_layout import masks_laid_out
from opsin.data.load import as_written

WHOLE = {"split": (1, 0, 0), "is_near_kept": False}


@pytest.mark.parametrize(
    ("shown", "mask", "part"),
    [
        ("images/a.jpg", "masks/a.png", ""),
        ("images/a.jpg", "labels/a.png", ""),
        ("Images/a.jpg", "Annotations/a.png", ""),
        ("JPEGImages/a.jpg", "SegmentationClass/a.png", ""),
        ("train/images/a.jpg", "train/masks/a.png", "train"),
        ("images/val/a.jpg", "masks/val/a.png", "validation"),
        ("test/a.png", "testannot/a.png", "test"),
        ("train_images/a.jpg", "train_masks/a.png", "train"),
        ("train/a.jpg", "train_labels/a_L.png", "train"),
        ("a.jpg", "a_mask.png", ""),
        ("b/a.jpg", "b/a_1stHO.png", ""),
        ("leftImg8bit/train/ulm/a_leftImg8bit.png", "gtFine/train/ulm/a_gtFine_labelIds.png", "train"),
        ("data/images/a.jpg", "data/masks/a_label.png", ""),
    ],
)
def test_masks_are_found_wherever_they_usually_are(masked, laid, shown, mask, part):
    (pair,) = masks_laid_out(masked({shown: mask}, laid)).pairs
    assert (pair.picture, dict(pair.masks), pair.part) == (shown, {"": mask}, part)


def test_a_mask_of_another_part_is_not_taken(masked, laid):
    layout = masks_laid_out(masked({"train/images/a.jpg": "val/masks/a.png"}, laid))
    assert (layout.pairs, layout.unmasked, layout.lone) == ((), ("train/images/a.jpg",), ("val/masks/a.png",))


def test_the_lists_of_voc_say_the_parts(masked, laid):
    folder = masked({f"JPEGImages/{name}.jpg": f"SegmentationClass/{name}.png" for name in "ab"}, laid)
    (folder / "ImageSets/Segmentation").mkdir(parents=True)
    (folder / "ImageSets/Segmentation/train.txt").write_text("a\n")
    (folder / "ImageSets/Segmentation/val.txt").write_text("b\n")
    assert [pair.part for pair in masks_laid_out(folder).pairs] == ["train", "validation"]


def test_single_things_and_colours_beside_masks_are_passed_over(masked, laid):
    folder = masked(
        {"JPEGImages/a.jpg": "SegmentationClass/a.png", "JPEGImages/b.jpg": "SegmentationObject/a.png"}, laid
    )
    layout = masks_laid_out(folder)
    assert (len(layout.pairs), layout.unmasked, layout.lone) == (1, ("JPEGImages/b.jpg",), ())


def test_folders_of_classes_give_a_picture_several_masks(masked, laid):
    folder = masked({"train/images/a.jpg": "train/masks/cat/a.png"}, laid)
    masked({"train/images/a.jpg": "train/masks/train/a.png"}, laid)
    (pair,) = masks_laid_out(folder).pairs
    assert dict(pair.masks) == {"cat": "train/masks/cat/a.png", "train": "train/masks/train/a.png"}


def test_two_masks_of_one_picture_are_refused(masked, laid):
    folder = masked({"images/a.jpg": "masks/a.png"}, laid)
    masked({"images/a.jpg": "masks/a.bmp"}, laid)
    with pytest.raises(DataError, match=r"masks/a\.bmp and masks/a\.png are both masks of images/a\.jpg"):
        masks_laid_out(folder)


def test_two_pictures_for_one_mask_are_refused(masked, laid):
    folder = masked({"images/a.jpg": "masks/a.png", "images/a.png": "masks/a.png"}, laid)
    with pytest.raises(DataError, match=r"which of images/a\.jpg and images/a\.png a mask belongs to"):
        masks_laid_out(folder)


def test_pictures_without_masks_and_masks_without_pictures_are_noted(masked, laid, caplog):
    folder = masked({"images/a.jpg": "masks/a.png", "images/b.jpg": "masks/c.png"}, laid)
    noted = as_written(folder).noted
    assert [(note.kind, note.said) for note in noted] == [("no_mask", "images/b.jpg"), ("lone_mask", "masks/c.png")]
    assert len(load(folder, **WHOLE)) == 1
    assert "1 masks that no picture belongs to, 1 pictures that have no mask" in caplog.text
