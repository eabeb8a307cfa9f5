"""200 files that no one should have to read: made from real ones, the same for the same seed."""

from __future__ import annotations

import gzip
import io
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from opsin.core.image import Image
from opsin.media.video import write_video

NUM_FILES = 200
SHARED = Path(__file__).parents[3] / "shared" / "data"

Named = Iterator[tuple[str, bytes]]
"""File names and their contents."""


def make_damaged(folder: Path, originals: Sequence[Path], seed: int = 0) -> list[Path]:
    """Writes 200 damaged files into `folder`, made from `originals` (pictures and videos); gives their paths."""
    chance = random.Random(seed)
    whole = {path.name: path.read_bytes() for path in originals}
    pictures = {name: data for name, data in whole.items() if not name.startswith("clip")}
    made = dict([*_odd_sizes(), *_odd_archives(pictures, chance), *_odd_metadata(whole["photo.jpg"])])
    made |= dict([*_empty(whole), *_wrong_names(whole), *_oddly_animated(whole), *_garbage(chance)])
    damages = _damages(whole, chance)
    while len(made) < NUM_FILES:
        made |= [next(damages)]
    return [_write(folder / name, data) for name, data in sorted(made.items())]


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _damages(whole: dict[str, bytes], chance: random.Random) -> Named:
    """Ever more files cut short, with flipped bytes, a ruined head, a hole, a repeated part."""
    ways: Sequence[Callable[[bytes, random.Random], bytes]] = (_cut, _flip, _flip_head, _hole, _repeat)
    number = 0
    while True:
        for name, data in whole.items():
            way = ways[(number + number // len(whole)) % len(ways)]
            yield f"{way.__name__[1:]}-{number:03}-{name}", way(data, chance)
            number += 1


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(1, len(data))]


def _flip(data: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(data)
    for _ in range(20):
        flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _flip_head(data: bytes, chance: random.Random) -> bytes:
    return _flip(data[:400], chance) + data[400:]


def _hole(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + bytes(min(2000, len(data) - start)) + data[start + 2000 :]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start // 2 :]


def _empty(whole: dict[str, bytes]) -> Named:
    for name in whole:
        yield f"empty-{name}", b""


def _wrong_names(whole: dict[str, bytes]) -> Named:
    names = list(whole)
    for name, other in zip(names, names[1:] + names[:1], strict=True):
        yield f"really-{Path(name).stem}-{Path(name).suffix[1:]}{Path(other).suffix}", whole[name]
    yield "really-text.jpg", b"I am a letter.\n" * 40
    yield "really-a-page.png", b"<!doctype html><title>404</title>"
    yield "really-a-program.gif", b"\x7fELF" + bytes(500)


def _garbage(chance: random.Random) -> Named:
    for suffix in ("jpg", "png", "zip", "tar", "mp4"):
        yield f"garbage.{suffix}", chance.randbytes(3000)


def _odd_sizes() -> Named:
    """Small files that say they are enormous."""
    yield "huge.png", _png(60_000, 60_000)
    yield "endless.png", _png(2**31 - 1, 2**31 - 1)
    yield "filling.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(20_000_000)
    yield "filling.png", _png(9, 9)[:33] + (bytes(4) + b"fiLL" + struct.pack(">I", zlib.crc32(b"fiLL"))) * 500_000
    yield "no-pixels.png", _png(0, 0)
    yield (
        "huge.gif",
        b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b",\0\0\0\0\xff\xff\xff\xff\0\2\2\x4c\1\0;",
    )
    yield "huge.bmp", b"BM" + struct.pack("<IHHIIiiHHIIIIII", 54, 0, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0)
    yield "huge.tif", _tiff(60_000, 60_000)


def _png(width: int, height: int) -> bytes:
    """A few kB: grey and black, so that it would unpack to gigabytes."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(2_000_000), 9)
    chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def _tiff(width: int, height: int) -> bytes:
    tags = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (278, 4, height)]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4)


def _odd_metadata(jpeg: bytes) -> Named:
    yield "exif-huge.jpg", _with_segments(jpeg, 0xE1, [b"Exif\0\0" + bytes(65_000)] * 60)
    yield (
        "exif-circular.jpg",
        _with_segments(jpeg, 0xE1, [b"Exif\0\0II*\0\x08\0\0\0" + b"\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0"]),
    )
    yield "exif-many.jpg", _with_segments(jpeg, 0xE1, [b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\1\x12" * 3000])
    yield "profile-bad.jpg", _with_segments(jpeg, 0xE2, [b"ICC_PROFILE\0\1\1" + b"\xff" * 3000])
    yield "profile-cut.jpg", _with_segments(jpeg, 0xE2, [b"ICC_PROFILE\0\1\x09" + bytes(100)])


def _with_segments(jpeg: bytes, marker: int, bodies: Sequence[bytes]) -> bytes:
    segments = b"".join(struct.pack(">BBH", 255, marker, len(body) + 2) + body for body in bodies)
    return jpeg[:2] + segments + jpeg[2:]


def _oddly_animated(whole: dict[str, bytes]) -> Named:
    gif, webp = whole["moving.gif"], whole["moving.webp"]
    yield "moving-cut-late.gif", gif[: len(gif) * 3 // 4]
    yield "moving-cut-late.webp", webp[: len(webp) * 3 // 4]
    yield "moving-without-frames.gif", gif[:13] + b";"
    yield "moving-outside.gif", gif[:6] + b"\1\0\1\0" + gif[10:]


def _odd_archives(pictures: dict[str, bytes], chance: random.Random) -> Named:
    good_zip, good_tar = _zip(pictures), _tar(pictures)
    yield "good.zip", good_zip
    yield "leads-out.zip", _zip({"../../outside.jpg": pictures["photo.jpg"], "/root.jpg": b"", "C:\\x.jpg": b""})
    yield "leads-out.tar", _tar({"../outside.jpg": pictures["photo.jpg"], "a/../../b.jpg": b""})
    yield "nested.zip", _zip({"inner.zip": good_zip, "inner.tar.gz": _gzip(good_tar)})
    yield "nested.tar", _tar({"inner.zip": good_zip})
    yield "nested-renamed.zip", _zip({"inner.jpg": good_zip})
    yield "damaged-members.zip", _zip({name: _cut(data, chance) for name, data in pictures.items()})
    yield "without-anything.zip", _zip({})
    yield "without-pictures.tar", _tar({"notes.txt": b"none"})
    yield "bomb.zip", _zip({"bomb.jpg": bytes(64_000_000)})
    yield "bomb-with-a-head.zip", _zip({"bomb.jpg": pictures["photo.jpg"][:300] + bytes(64_000_000)})
    yield "bomb.tar.gz", _gzip(_tar_head("bomb.jpg", 2**32)) + _gzip(bytes(10_000_000)) * 20
    yield "locked.zip", good_zip.replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1")
    for number in range(4):
        yield f"cut-{number}.zip", _cut(good_zip, chance)
        yield f"flip-{number}.zip", _flip(good_zip, chance)
        yield f"flip-end-{number}.zip", good_zip[:-300] + _flip(good_zip[-300:], chance)
        yield f"cut-{number}.tar", _cut(good_tar, chance)
        yield f"flip-{number}.tar", _flip_head(good_tar, chance)
        yield f"cut-{number}.tar.gz", _cut(_gzip(good_tar), chance)


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _tar(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def _tar_head(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size = size
    return member.tobuf()


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)


def make_originals(folder: Path) -> list[Path]:
    """Writes whole files of every kind, made from a photograph where there is one; gives their paths."""
    photograph = next(iter(sorted((SHARED / "coco_dev" / "val2017").glob("*.jpg"))), None)
    picture = Pillow.open(photograph) if photograph else Pillow.effect_mandelbrot((320, 240), (-2, -1, 1, 1), 50)
    with picture:
        small = picture.convert("RGB").resize((320, 240))
    turned = [small.rotate(angle) for angle in (30, 60)]
    for name in ("photo.jpg", "photo.png", "photo.webp", "photo.tif", "photo.bmp", "photo.avif", "photo.gif"):
        small.save(folder / name)
    small.save(folder / "progressive.jpg", progressive=True)
    small.save(folder / "packed.tif", compression="tiff_deflate")
    small.quantize(32).save(folder / "palette.png")
    for name in ("moving.gif", "moving.webp", "moving.png"):
        small.save(folder / name, save_all=True, append_images=turned)
    _write_clips(folder, [np.asarray(each) for each in (small, *turned)] * 5)
    return sorted(folder.iterdir())


def _write_clips(folder: Path, images: list[Image]) -> None:
    import cv2

    with write_video(folder / "clip.webm", 10, (240, 320)) as video:
        for image in images:
            video.write(image)
    writer = cv2.VideoWriter(str(folder / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240))
    for image in images:
        writer.write(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    writer.release()
