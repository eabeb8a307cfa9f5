"""Subtitle: what happens in a video, told scene by scene, for people who do not see it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsin.core.errors import InputError, OptionError, SourceError
from opsin.core.options import Options
from opsin.engine.predict import options_for
from opsin.engine.stream import answers
from opsin.media.counting import expected
from opsin.media.item import Item
from opsin.media.limits import spoken
from opsin.media.reading import ready
from opsin.media.sources import open_source
from opsin.store.files import write_atomically
from opsin.store.progress import Progress, silent
from opsin.tasks import TASKS
from opsin.tasks._sentences import NOT_CLEAR
from opsin.tasks.captioning import Caption
from opsin.uses._cues import Cue, srt, tidied, webvtt
from opsin.uses._scenes import Part, Seen, parts, seen, typical

__all__ = ["Cue", "Scene", "Subtitles", "subtitle"]

SUFFIXES = (".vtt", ".srt")
"""Of the files that are written: WebVTT, which browsers show, and SRT, which every player shows."""


@dataclass(frozen=True)
class Scene:
    """A scene of a video, or ten seconds of a longer one.

    Attributes:
        start, end: seconds of the video.
        text: what it shows.
        score: how likely people would say so too, in 0..1.
        sure: whether the model is.
        at: seconds of the frame that was looked at.
        begins: how: with the "video", a "cut", a "change" without one, or "again" because it lasts long.
    """

    start: float
    end: float
    text: str
    score: float
    sure: bool
    at: float
    begins: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        times = {name: round(getattr(self, name), 3) for name in ("start", "end", "at")}
        return times | {"text": self.text, "score": round(self.score, 6), "sure": self.sure, "begins": self.begins}


@dataclass(frozen=True)
class Subtitles:
    """What is told of a video.

    Attributes:
        source: the video.
        scenes: all of them.
        cues: what is shown, and when.
        paths: the files that were written.
        errors: of frames that could not be read.
    """

    source: str
    scenes: tuple[Scene, ...]
    cues: tuple[Cue, ...]
    paths: tuple[Path, ...]
    errors: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """As "12 scenes, 9 cues; 3 scenes are not sure: look at them"."""
        unsure = sum(not scene.sure for scene in self.scenes)
        told = f"{_number(len(self.scenes), 'scene')}, {_number(len(self.cues), 'cue')}"
        return told if not unsure else f"{told}; {unsure} of the scenes {'is' if unsure == 1 else 'are'} not sure"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        scenes = [scene.to_dict() for scene in self.scenes]
        return {"source": self.source, "scenes": scenes, "files": [str(path) for path in self.paths]} | (
            {"errors": list(self.errors)} if self.errors else {}
        )


def _number(count: int, thing: str) -> str:
    return f"{count:,} {thing}" + ("" if count == 1 else "s")


def subtitle(
    video: str | Path,
    save: str | Path | None = None,
    *,
    overwrite: bool = False,
    sure_only: bool = False,
    progress: Progress = silent,
    **options: Any,
) -> Subtitles:
    """Tells what each scene of a video shows, and writes it as subtitles: WebVTT and SRT.

    Scenes are found by cuts and by what the picture becomes; of each, its most typical sharp frame is captioned, of
    long ones again every ten seconds. Neighbours that show the same are told together. Memory does not grow with the
    length of the video. There are no words of what is said in it.

    Args:
        video: its file.
        save: the name of the files: NAME.vtt and NAME.srt, or only the one that it ends with. Beside the video, by its
            name, when left out.
        overwrite: write over files of that name; they may be somebody's work.
        sure_only: leave out what the model is not sure of.
        progress: is told how many frames are seen.
        options: those of captioning: `model`, `beams`, `min_score`, `device` …

    Raises:
        OptionError: when there is a file of that name already, or an option is wrong.
        SourceError: when the file is no video, or cannot be read.
    """
    path = Path(video)
    asked = options_for(TASKS.get("captioning"), options | {"alt": True})
    into = _into(path, None if save is None else Path(save))
    _check_free(() if overwrite else into)
    errors: list[str] = []
    found = tuple(told_scenes(_frames(path, errors, progress), path, asked))
    if not found:
        raise SourceError(errors[0] if errors else f"{spoken(path)} has no frames. Get a fresh copy.")
    cues = tidied(_cues(found, sure_only))
    for file in into:
        _write(file, cues, asked)
    return Subtitles(str(path), found, cues, into, tuple(errors))


def _into(video: Path, save: Path | None) -> tuple[Path, ...]:
    """The files to be written."""
    if save is None:
        return tuple(video.with_suffix(suffix) for suffix in SUFFIXES)
    if save.suffix.lower() in SUFFIXES:
        return (save,)
    return tuple(save.with_name(save.name + suffix) for suffix in SUFFIXES)


def _check_free(files: Iterable[Path]) -> None:
    """Looks whether nothing is there yet, before the work.

    Raises:
        OptionError: when something is.
    """
    for file in files:
        if file.exists():
            raise OptionError(
                f"{spoken(file)} is there already. Save by another name, or say that it may be overwritten."
            )


def _write(path: Path, cues: tuple[Cue, ...], asked: Options) -> None:
    model = TASKS.get("captioning").model_name(asked)
    text = srt(cues) if path.suffix.lower() == ".srt" else webvtt(cues, f"Told by Opsin ({model}), not by a person.")
    with write_atomically(path) as file:
        file.write(text.encode())


def _frames(video: Path, errors: list[str], progress: Progress) -> Iterator[Seen]:
    """The frames that can be read; of the others, why they cannot.

    Raises:
        SourceError: when they are none of a video.
    """
    total = expected([str(video)]) or 0
    for number, item in enumerate(open_source(video), start=1):
        try:
            image, _ = item.read()
        except InputError as error:
            errors.append(str(error))
            continue
        if item.frame is None or item.seconds is None:
            raise SourceError(f"{spoken(video)} is no video. To caption pictures: opsin caption {spoken(video)}")
        yield seen(item.seconds, image)
        progress("frames", number, max(total, number))


def told_scenes(frames: Iterable[Seen], video: Path, asked: Options) -> Iterator[Scene]:
    """The scenes that frames make, each with its caption, one after the other."""
    waiting: deque[tuple[Part, Seen]] = deque()

    def chosen() -> Iterator[Item]:
        for part in parts(frames):
            waiting.append((part, typical(part)))
            yield ready(waiting[-1][1].image, str(video))

    for answer in answers(TASKS.get("captioning"), chosen(), asked):
        part, frame = waiting.popleft()
        if answer.result is not None:
            yield _scene(part, frame, answer.result)


def _scene(part: Part, frame: Seen, caption: Caption) -> Scene:
    return Scene(part.start, part.end, caption.text, caption.score, caption.sure, frame.seconds, part.begins)


def _cues(scenes: Iterable[Scene], sure_only: bool) -> Iterator[Cue]:
    """What is said of the scenes; of those in which nothing is clear, nothing is."""
    for scene in scenes:
        if scene.sure or not (sure_only or scene.text.startswith(NOT_CLEAR)):
            yield Cue(scene.start, scene.end, scene.text, scene.score)
