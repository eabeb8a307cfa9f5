from pathlib import Path

import numpy as np

from opsin.uses._people_page import SHOWN, Face, Person, people_page

SOURCE = Path("/photos & more").absolute()


def face(number, photo="a.jpg"):
    box = np.array([1.005, 2, 3.3333, 4], np.float32)
    return Face(f"{photo}#{number}", photo, box, 0.87654321, f"faces/{number}.jpg")


def page(*people, unknown=()):
    return people_page(SOURCE, people, Person("", "unknown", tuple(unknown)))


def test_a_row_has_the_name_and_what_to_call_it():
    assert "<h2>Ann (p3)</h2>" in page(Person("p3", "Ann", (face(1),)))
    assert "<h2>p4</h2>" in page(Person("p4", "", (face(1),)))


def test_the_unknown_come_last_and_only_where_there_are_some():
    ann = Person("p1", "Ann", (face(1),))
    assert page(ann, unknown=[face(2)]).index("<h2>unknown</h2>") > page(ann).index("Ann (p1)")
    assert "unknown</h2>" not in page(ann)


def test_it_says_how_many_there_are():
    people = Person("p1", "", (face(1), face(2), face(1, "b.jpg")))
    said = page(people, unknown=[face(3)])
    assert "1 person with 3 faces; 1 face unknown" in said
    assert "3 faces in 2 photos" in said


def test_each_face_shows_its_id_and_leads_to_its_photo():
    said = page(Person("p1", "", (face(2, "deep/b #1.jpg"),)))
    assert "<figcaption>deep/b #1.jpg#2</figcaption>" in said
    assert f'href="{(SOURCE / "deep/b #1.jpg").as_uri().replace("&", "&amp;")}"' in said


def test_of_many_faces_the_rest_is_folded():
    faces = tuple(face(number) for number in range(SHOWN + 5))
    said = page(Person("p1", "", faces))
    assert "<summary>5 more</summary>" in said
    assert said.count("<img") == SHOWN + 5


def test_what_strangers_wrote_is_text():
    said = page(Person("p1", "<script>", (face(1, "<b>.jpg"),)))
    assert "<script" not in said
    assert "<b>.jpg" not in said


def test_the_help_names_somebody_who_is_there():
    assert "opsin faces name p7 Ann" in page(Person("p7", "", (face(1),)))
    assert "opsin faces name p1 Ann" in page()


def test_a_person_as_plain_values():
    assert Person("p1", "Ann", (face(1), face(2))).to_dict() == {
        "person": "p1",
        "name": "Ann",
        "photos": ["a.jpg"],
        "faces": [
            {"face": "a.jpg#1", "photo": "a.jpg", "box": [1.0, 2.0, 3.33, 4.0], "score": 0.876543},
            {"face": "a.jpg#2", "photo": "a.jpg", "box": [1.0, 2.0, 3.33, 4.0], "score": 0.876543},
        ],
    }
