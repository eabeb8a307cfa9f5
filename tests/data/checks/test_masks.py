from opsin.data.checks.masks import uniform


def test_masks_of_one_class_are_told(regions_of):
    found = list(uniform(regions_of([[[0, 1]], [[1, 255]], [[255, 255]]]), []))
    assert [(each.kind, each.said, each.pictures) for each in found] == [
        ("one_class", "all of it is road", (1,)),
        ("one_class", "all of it is nothing", (2,)),
    ]


def test_boxes_are_not_asked(boxed):
    assert not list(uniform(boxed, []))
