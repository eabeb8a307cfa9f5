"""Faces, in Python: the same words as `opsin faces` on the command line.

import opsin

print(opsin.faces.find("family.jpg").boxes)
print(opsin.faces.verify("passport.jpg", "selfie.jpg").same)

gallery = opsin.faces.Gallery.open("faces")
gallery.enroll("Ada", ["ada_1.jpg", "ada_2.jpg"])
print(opsin.faces.who("party.jpg", gallery="faces").names)
"""

from opsin.engine.predict import verb
from opsin.tasks.faces import FACES, Faces
from opsin.uses._gallery import Gallery
from opsin.uses._gallery_enroll import Enrolled
from opsin.uses.blur import BlurOptions, Blurred, blur, blur_source
from opsin.uses.face_calibration import Calibration, calibrate
from opsin.uses.people import Album, different, name, people, same
from opsin.uses.unlock import Unlocking, UnlockOptions, unlock
from opsin.uses.verify import Verification, verify
from opsin.uses.who import WHO, KnownFaces

find = verb(FACES)
who = verb(WHO)

__all__ = [
    "Album",
    "BlurOptions",
    "Blurred",
    "Calibration",
    "Enrolled",
    "Faces",
    "Gallery",
    "KnownFaces",
    "UnlockOptions",
    "Unlocking",
    "Verification",
    "blur",
    "blur_source",
    "calibrate",
    "different",
    "find",
    "name",
    "people",
    "same",
    "unlock",
    "verify",
    "who",
]
