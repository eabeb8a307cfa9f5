"""Background: a subject in a photograph, a video or before a camera, with something else behind it."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby
from pathlib import Path
from typing import Any, Protocol

from opsin.core.errors import OptionError, UnknownNameError
from opsin.core.image import Image, Size
from opsin.engine.album import CAMERA_RATE, outside
from opsin.engine.stream import Answer, answers
from opsin.media.files import HOLD_ALPHA, save_cutout, save_image
from opsin.media.halving import halved
from opsin.media.item import Item
from opsin.media.levels import firm
from opsin.media.sources import Source, open_source
from opsin.media.video import add_sound, write_video
from opsin.store.folders import folder_atomically
from opsin.tasks import TASKS
from opsin.tasks.matting import Matte, MattingOptions
from opsin.uses._backdrop import BackgroundOptions, backdrop, detail_of
from opsin.uses._background_frames import Frame, Laying, frames, laid
from opsin.uses._cut import HAZE, PHOTO, Detail, cut, map_size
from opsin.uses._output_places import OutputPlaces, is_file, output_places

__all__ = ["BackgroundOptions", "Replaced", "background", "backgrounds"]

ENDING = "-background"
"""What a name gets beside its source."""
NUMBERED = "[0-9]" * 6 + ".png"
"""The names of a video's pictures: 000000.png and so on."""


@dataclass(frozen=True)
class Replaced:
    """What became of a picture, or of a frame of a video.

    Attributes:
        source: where it comes from.
        path: what it was written to; None when it was not. Of a video, the same for all frames.
        frame: its number in a video; None for a photograph.
        share: how much of the picture is subject, in 0..1.
        error: why it was not written.
    """

    source: str
    path: Path | None
    frame: int | None = None
    share: float = 0.0
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; without what there is not."""
        told = dataclasses.asdict(self) | {"path": None if self.path is None else str(self.path)}
        return {name: value for name, value in told.items() if value is not None}


def background(source: Source, into: str | Path | None = None, **options: Any) -> tuple[Replaced, ...]:
    """Puts something else behind the subject of pictures and videos, and writes new ones; the sources stay.

    Edges follow the picture's own, and lose the colour of what was behind them. In a video, mattes are steadied in
    time. Videos become WebM; with `remove`, which WebM here cannot hold, a folder of numbered PNG pictures.

    Args:
        source: a path, folder, pattern, archive, video, camera, address, array, or a list of such.
        into: a folder; or, for one picture or video, a file's name; beside the source when left out.
        options: one of `blur`, `colour`, `image` and `remove`, and those of matting: `quality`, `model`, `device` …

    Raises:
        UsageError: when a source would be overwritten, or an option is out of range.
        SourceError: for a source that is nothing, or holds no pictures.
    """
    return tuple(backgrounds(source, into, **options))


def backgrounds(source: Source, into: str | Path | None = None, **options: Any) -> Generator[Replaced, None, None]:
    """As `background`, picture by picture and frame by frame. Take all, or close it.

    A video that is not taken to its end is not written at all; what a camera sent until then is.
    """
    asked = _options(options)
    places = output_places(source, into, ENDING)
    _check_clear(places.out, asked)
    behind = None if asked.remove else backdrop(asked)
    moving = detail_of(asked)
    items = open_source(source)
    found = answers(
        TASKS.get("matting"),
        items if places.out is None else outside(items, places.out),
        MattingOptions(**{each.name: getattr(asked, each.name) for each in dataclasses.fields(MattingOptions)}),
        keeps_images=True,
        size_of=partial(_matte_size, moving),
    )
    return _written(found, places, behind, moving)


def _matte_size(moving: Detail, item: Item, size: Size) -> Size:
    return map_size(size, PHOTO if item.frame is None else moving)


def _options(options: dict[str, Any]) -> BackgroundOptions:
    known = [each.name for each in dataclasses.fields(BackgroundOptions)]
    for name in options:
        if name not in known:
            raise OptionError(str(UnknownNameError("option of background", name, known)))
    return BackgroundOptions(**options)


def _check_clear(out: Path | None, asked: BackgroundOptions) -> None:
    """Looks whether a file can hold clear pixels, before the work.

    Raises:
        OptionError: when it cannot.
    """
    if asked.remove and out is not None and is_file(out) and out.suffix.lower() not in HOLD_ALPHA:
        raise OptionError(
            f"Clear pixels need one of {', '.join(HOLD_ALPHA)}, or of a video a folder, in which its frames become "
            f"numbered PNG pictures; got {out.name}."
        )


def _written(
    found: Iterable[Answer[Matte]], places: OutputPlaces, behind: Laying, moving: Detail
) -> Generator[Replaced, None, None]:
    """Everything that was matted, before its new background, and written."""
    taken: set[Path] = set()
    for (source, is_video), group in groupby(found, key=lambda one: (one.item.source, one.item.frame is not None)):
        if is_video:
            path = places.of(source, ".webm" if behind else "", taken)
            taken.add(path)
            yield from _video(group, path, behind, moving)
            continue
        for answer in group:
            if answer.result is None or answer.image is None:
                yield Replaced(source, None, error=str(answer.error))
                continue
            path = places.of(source, None if behind else ".png", taken)
            taken.add(path)
            _save(path, _photo(answer.item, answer.image, answer.result, behind), behind)
            yield Replaced(source, path, share=answer.result.share)


def _photo(item: Item, image: Image, matte: Matte, behind: Laying) -> Frame:
    one = cut(image, halved(image, PHOTO.matte), firm(matte.alpha, HAZE), PHOTO)
    return Frame(item, laid(one, behind(_size(image)) if behind else None), one.alpha)


def _size(image: Image) -> Size:
    return image.shape[0], image.shape[1]


def _save(path: Path, made: Frame, behind: Laying) -> None:
    if behind is None:
        save_cutout(path, made.image, made.alpha)
    else:
        save_image(path, made.image)


class _Write(Protocol):
    def __call__(self, frame: Frame) -> None: ...


def _video(group: Iterable[Answer[Matte]], path: Path, behind: Laying, moving: Detail) -> Iterator[Replaced]:
    """A video, frame by frame; frames that cannot be read are left out, and told of at the end."""
    damaged: list[Answer[Matte]] = []
    readable = _readable(group, damaged)
    first = next(readable, None)
    stopped: BaseException | None = None
    if first is not None and first.image is not None:
        item, size = first.item, _size(first.image)
        with _sequence(path) if behind is None else _webm(path, item, size) as write:
            try:
                for frame in frames(chain((first,), readable), behind(size) if behind else None, moving):
                    write(frame)
                    yield Replaced(item.source, path, frame.item.frame, round(float(frame.alpha.mean()), 4))
            except (KeyboardInterrupt, GeneratorExit) as stop:
                if item.rate is not None:  # a file: half of it is nothing that anybody asked for
                    raise
                stopped = stop
        if stopped is not None:
            raise stopped
        if behind is not None and Path(item.source).is_file():
            add_sound(Path(item.source), path)
    for answer in damaged:
        yield Replaced(answer.item.source, None, answer.item.frame, error=str(answer.error))


def _readable(found: Iterable[Answer[Matte]], damaged: list[Answer[Matte]]) -> Iterator[Answer[Matte]]:
    for answer in found:
        if answer.result is None:
            damaged.append(answer)
        else:
            yield answer


@contextmanager
def _webm(path: Path, item: Item, size: Size) -> Iterator[_Write]:
    with write_video(path, item.rate or CAMERA_RATE, size) as video:
        yield lambda frame: video.write(frame.image)


@contextmanager
def _sequence(path: Path) -> Iterator[_Write]:
    """A folder of numbered pictures, in place of one made so before."""
    earlier = [each.name for each in path.glob(NUMBERED)] if path.is_dir() else []
    with folder_atomically(path, earlier) as folder:
        yield lambda frame: save_cutout(folder / f"{frame.item.frame:06d}.png", frame.image, frame.alpha)
