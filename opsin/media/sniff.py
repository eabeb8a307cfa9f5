"""What a file is, by its first bytes; its name is not asked."""

from __future__ import annotations

from pathlib import Path

PICTURE_KINDS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP", "GIF", "HEIC")
VIDEO_KINDS = ("MP4", "AVI", "MKV")
ARCHIVE_KINDS = ("ZIP", "TAR", "GZIP", "BZIP2")

PICTURE_SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .jfif .png .webp .avif .tif .tiff .bmp .dib .gif .heic .heif .hif".split()  # noqa: SIM905 - reads better
)
ARCHIVE_SUFFIXES = frozenset({".zip", ".tar", ".tgz", ".tbz", ".tbz2", ".gz", ".bz2", ".xz", ".txz", ".7z", ".rar"})

# The name "ustar" of a tar stands at byte 257.
HEAD_BYTES = 264

_STARTS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"\x1aE\xdf\xa3", "MKV"),
    (b"PK\3\4", "ZIP"),
    (b"PK\5\6", "ZIP"),
    (b"\x1f\x8b", "GZIP"),
    (b"BZh", "BZIP2"),
)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"})
# Old QuickTime files have no "ftyp"; they begin with one of these atoms.
_MP4_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})


def kind_of(head: bytes) -> str | None:
    """One of the kinds above, or None for anything else. MP4 includes MOV, and MKV includes WebM.

    Args:
        head: the first 264 bytes of a file, or all of a shorter one.

    >>> kind_of(b"GIF89a")
    'GIF'
    """
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "WEBP", b"AVI ": "AVI"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _iso_kind(head)
    if head[4:8] in _MP4_ATOMS:
        return "MP4"
    return "TAR" if head[257:262] == b"ustar" else None


def _iso_kind(head: bytes) -> str:
    """AVIF, HEIC and MP4 are one kind of box; the brands inside it tell them apart."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, end, 4)}
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    return "HEIC" if brands & _HEIC_BRANDS else "MP4"


def kind_of_file(path: Path) -> str | None:
    """`kind_of` for a file; None also for what is no ordinary file.

    Raises:
        OSError: when it cannot be opened.
    """
    # A pipe or a device would keep us waiting for ever.
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return kind_of(file.read(HEAD_BYTES))


def is_picture(path: Path) -> bool:
    """Whether a person would call the file a picture, by its name or else by what is in it."""
    return path.suffix.lower() in PICTURE_SUFFIXES or kind_of_file(path) in PICTURE_KINDS
