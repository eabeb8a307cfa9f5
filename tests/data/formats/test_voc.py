from pathlib import Path

import pytest

from opsin.core.errors import DataError, SourceError
from opsin.data import load
from opsin.data.formats import FORMATS, Asked
from opsin.data.load import as_written
from opsin.data.tables import Named
from opsin.media.files import save_image

VOC = FORMATS.get("voc")
WHOLE = (1, 0, 0)
BCCD = Path(__file__).parents[4] / "shared" / "data" / "bccd"


def thing(label="dog", box=(1, 2, 30.5, 20), difficult=0):
    corners = "".join(f"<{name}>{value}</{name}>" for name, value in zip(("xmin", "ymin", "xmax", "ymax"), box))  # noqa: B905
    return f"<object><name>{label}</name><difficult>{difficult}</difficult><bndbox>{corners}</bndbox></object>"


def xml(*things, filename="0.png", size="<size><width>48</width><height>40</height></size>"):
    return f"<annotation><filename>{filename}</filename>{size}{''.join(things)}</annotation>"


@pytest.fixture
def written(tmp_path, picture):
    """written({"0": xml(…)}): a folder with Annotations and JPEGImages, or others, of these stems."""

    def make(documents, annotations="Annotations", pictures="JPEGImages"):
        root = tmp_path / "data"
        for seed, (stem, text) in enumerate(documents.items()):
            save_image(root / pictures / f"{stem}.png", picture(seed))
            (root / annotations).mkdir(parents=True, exist_ok=True)
            (root / annotations / f"{stem}.xml").write_text(text)
        return root

    return make


def test_coordinates_are_taken_as_they_are_written(written):
    data = load(written({"0": xml(thing(), thing("cat", (0, 0, 48, 40)))}), split=WHOLE)
    assert (data.task, data.labels) == ("detection", ("cat", "dog"))
    assert data.truth[0].boxes.tolist() == [[1, 2, 30.5, 20], [0, 0, 48, 40]]
    assert data.truth[0].labels.tolist() == [1, 0]


def test_what_is_difficult_is_treated_as_a_crowd(written):
    assert load(written({"0": xml(thing(difficult=1), thing())}), split=WHOLE).truth[0].is_crowd.tolist() == [
        True,
        False,
    ]


def test_a_picture_may_show_nothing(written):
    data = load(written({"0": xml(), "1": xml(thing())}), split=WHOLE)
    assert [len(things) for things in data.truth] == [0, 1]


def test_xml_files_may_lie_beside_their_pictures(written):
    assert len(load(written({"0": xml(thing())}, "", ""), split=WHOLE)) == 1


def test_folders_of_parts_are_parts(written):
    written({"0": xml(thing())}, "train", "train")
    data = load(written({"1": xml(thing())}, "valid", "valid"), split=WHOLE)
    assert dict(zip(data.pictures.names, data.parts.tolist(), strict=True)) == {
        "train/0.png": "train",
        "valid/1.png": "validation",
    }


def test_the_name_of_the_file_counts_more_than_the_name_inside(written):
    root = written({"0": xml(thing(), filename="IMG_9.jpg"), "1": xml(thing(), filename="0.png")})
    assert load(root, split=WHOLE).pictures.names == ("JPEGImages/0.png", "JPEGImages/1.png")


def test_a_name_inside_never_leads_out(written, tmp_path):
    root = written({"0": xml(thing()), "1": xml(thing(), filename="../../../etc/passwd")})
    (root / "JPEGImages/1.png").unlink()
    assert [note.said for note in as_written(root).noted] == ["passwd"]


class TestLists:
    @pytest.fixture
    def listed(self, written):
        """listed(train="0 1", test="2"): the parts of three pictures, by the lists of their stems."""

        def make(**lists):
            root = written({str(number): xml(thing()) for number in range(3)})
            (root / "ImageSets/Main").mkdir(parents=True)
            for name, stems in lists.items():
                (root / f"ImageSets/Main/{name}.txt").write_text("\n".join(stems.split()) + "\n")
            return root

        return make

    def parts(self, root):
        return VOC.read(root, Asked()).parts

    def test_lists_say_the_parts(self, listed):
        assert self.parts(listed(train="0", val="1", trainval="0 1", test="2")) == ("train", "validation", "test")

    def test_trainval_is_train_where_it_is_alone(self, listed):
        assert self.parts(listed(trainval="0 1", test="2")) == ("train", "train", "test")

    def test_what_is_in_no_list_has_no_part(self, listed):
        assert self.parts(listed(test="2")) == ("", "", "test")

    def test_a_picture_in_two_lists_is_refused(self, listed):
        with pytest.raises(DataError, match=r"test\.txt: 0 is in train already"):
            self.parts(listed(train="0", test="0"))

    def test_a_picture_without_an_xml_file_is_noted(self, listed):
        found = as_written(listed(train="0 9", test="1"))
        assert [(note.kind, note.said[:20]) for note in found.noted] == [("missing", "9 is in a list of Im")]


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE annotation SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE a [<!ENTITY b "bb">]>',
        "<!doctype html>",
    ],
)
def test_a_doctype_is_refused_before_anything_is_parsed(written, head):
    with pytest.raises(SourceError, match=r"0\.xml has a DOCTYPE, which nothing of this format needs\. Take it out\."):
        load(written({"0": head + xml(thing())}), task="detection")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("<annotation>", SourceError, r"0\.xml is no XML that can be read"),
        ("<other><annotation/></other>", SourceError, r"0\.xml must hold an annotation; got other"),
        (xml(thing("")), DataError, r"0\.xml: object 1 has no name"),
        (
            xml(thing(), "<object><name>cat</name></object>"),
            DataError,
            r"object 2 \(cat\) must have a bndbox with xmin",
        ),
        (xml(thing(box=(1, 2, 3, "x"))), DataError, r"object 1 \(dog\): 'x' is no number"),
        (xml(size="<size><width>a</width><height>1</height></size>"), DataError, r"0\.xml: size: 'a' is no number"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_element(written, text, error, message):
    with pytest.raises(error, match=message):
        load(written({"0": text + "<!-- <annotation -->"}))


def test_sizes_are_told_and_0_says_nothing(written):
    nothing = "<size><width>0</width><height>0</height></size>"
    assert as_written(written({"0": xml(), "1": xml(size=nothing), "2": xml(size="")})).sizes == {0: (40, 48)}


def test_other_xml_files_are_none(folder_of):
    folder = folder_of({".": 1})
    (folder / "0.xml").write_text("<svg/>")
    assert not VOC.recognises(folder, Named())


@pytest.mark.skipif(not BCCD.is_dir(), reason=f"the blood cells are not here: {BCCD}")
def test_the_blood_cells_are_as_their_lists_say():
    data = load(BCCD)
    assert [int((data.parts == part).sum()) for part in ("train", "validation", "test")] == [205, 87, 72]
    # 4,888 in the files, of which two have no width.
    assert sum(data.counts().values()) == 4886
