"""Alt: alternative texts for the pictures of a site, for people who do not see them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from opsin.core.errors import InputError, OptionError
from opsin.core.options import Options
from opsin.engine.predict import options_for
from opsin.engine.stream import Answer, answers
from opsin.media.limits import DEFAULT_LIMITS
from opsin.media.reading import picture
from opsin.store.files import write_atomically
from opsin.store.progress import Progress, silent
from opsin.tasks import TASKS
from opsin.tasks._sentences import NOT_CLEAR
from opsin.tasks.captioning import Caption
from opsin.uses._alt_pages import with_texts
from opsin.uses._alt_places import Place, Site, page_of, places_on, site_of
from opsin.uses._alt_table import AltText, Reviewed, read_table, table_head, table_row

__all__ = ["AltText", "alt", "alts", "summary"]

HAS_ONE = "has a text already"
NOT_SURE = "is not sure, and was left out"
UNCLEAR = "shows nothing that is clear: write its text by hand"
NOT_REVIEWED = "is not in the table"

Say: TypeAlias = Callable[[AltText, Path], AltText]
"""A picture's place without a text, and its file -> the same with a text, or why there is none."""


@dataclass(frozen=True)
class Wanted:
    """What is to be written.

    Attributes:
        overwrite: texts that are there already, too.
        sure_only: only what the model is sure of.
        changes: whether the pages are changed.
    """

    overwrite: bool
    sure_only: bool
    changes: bool


def alt(source: str | Path, **options: Any) -> tuple[AltText, ...]:
    """Gives the pictures of a site alternative texts, where its pages have none for them.

    In HTML files every `<img>` with a picture in the site's folder and without an `alt` gets one; the rest of each file
    stays as it was, to the byte. An empty `alt` marks decoration, and stays. A picture on many pages is looked at once.
    In a folder without pages, the texts are told only.

    Args:
        source: the folder of a site, one page, a folder of pictures, or one picture.
        options: those of `alts`.

    Returns:
        One for each picture on each page; see `left` and `error` for those that got no text.

    Raises:
        UsageError: for options that do not go together.
        SourceError: when there is no such site, or it holds nothing.
    """
    return tuple(alts(source, **options))


def alts(
    source: str | Path,
    *,
    overwrite: bool = False,
    sure_only: bool = False,
    dry_run: bool = False,
    csv: str | Path | None = None,
    from_csv: str | Path | None = None,
    progress: Progress = silent,
    **options: Any,
) -> Generator[AltText, None, None]:
    """As `alt`, one by one; a page is written when its last picture is looked at.

    Args:
        source: as of `alt`.
        overwrite: change texts that are there already, too.
        sure_only: leave out what the model is not sure of; else it says "Possibly a dog."
        dry_run: write no page.
        csv: write a table for review to this file, and no page.
        from_csv: write the texts of such a table into the pages; an empty one marks decoration.
        progress: is told how many pictures are looked at.
        options: those of captioning: `model`, `beams`, `min_score`, `device` …
    """
    asked = options_for(TASKS.get("captioning"), options | {"alt": True})
    if csv is not None and from_csv is not None:
        raise OptionError("A table to write and one to read were both given; choose one.")
    site = site_of(Path(source))
    if from_csv is not None and not site.pages:
        raise OptionError(f"{source} holds no pages that the texts of {from_csv} could be written into.")
    wanted = Wanted(overwrite, sure_only, changes=csv is None and not dry_run)
    if from_csv is not None:
        found = _all(site, wanted, _reviewed(read_table(Path(from_csv))))
    else:
        found = _all(site, wanted, _captioned(_files(site, wanted), asked, progress))
    return _in_table(found, None if csv is None else Path(csv))


def summary(texts: Sequence[AltText]) -> str:
    """What became of all, in one line.

    >>> summary([AltText("a.jpg", "x.html", "A dog."), AltText("b.jpg", "x.html", "Possibly a cat.", sure=False)])
    '2 texts. 1 of 2 is not sure: look at it.'
    """
    given = [text for text in texts if text.is_given]
    unsure = sum(not text.sure for text in given)
    had = sum(text.left == HAS_ONE for text in texts)
    without = len(texts) - len(given) - had
    lines = [f"{len(given):,} text{'' if len(given) == 1 else 's'}."]
    if unsure:
        lines.append(f"{unsure:,} of {len(given):,} {'is not sure: look at it' if unsure == 1 else _LOOK}.")
    if had:
        lines.append(f"{had:,} had one already.")
    if without:
        lines.append(f"{without:,} got none.")
    return " ".join(lines)


_LOOK = "are not sure: look at them"


def _in_table(found: Iterable[AltText], path: Path | None) -> Generator[AltText, None, None]:
    """The same, with those that have a text in a file; all of them, or no file."""
    with ExitStack() as stack:
        if path is None:
            yield from found
            return
        file = stack.enter_context(write_atomically(path))
        # Spreadsheets know by this mark that a table is UTF-8.
        file.write(b"\xef\xbb\xbf" + table_head().encode())
        for each in found:
            if each.alt and each.left in (None, UNCLEAR):
                file.write(table_row(each).encode("utf-8", "replace"))
            yield each


def _files(site: Site, wanted: Wanted) -> tuple[Path, ...]:
    """The pictures that need a text, each once, in the order in which the pages name them."""
    if not site.pages:
        return site.pictures
    found: dict[Path, None] = {}
    for path in site.pages:
        try:
            places = places_on(page_of(path), path, site)
        # The page is told of when its turn comes.
        except InputError:
            continue
        found |= {place.path: None for place in places if place.path and _may_change(place, wanted)}
    return tuple(found)


def _may_change(place: Place, wanted: Wanted) -> bool:
    return wanted.overwrite or place.existing is None


def _all(site: Site, wanted: Wanted, say: Say) -> Iterator[AltText]:
    for path in site.pages:
        try:
            yield from _page(site, path, wanted, say)
        except InputError as error:
            yield AltText("", site.name(path), error=str(error))
    for path in site.pictures:
        yield _kept(say(AltText(site.name(path), ""), path), wanted)


def _page(site: Site, path: Path, wanted: Wanted, say: Say) -> list[AltText]:
    """The pictures of a page, and the page written."""
    page = page_of(path)
    places = places_on(page, path, site)
    told = [_kept(_told(place, site.name(path), wanted, say), wanted) for place in places]
    texts = {place.number: text.alt for place, text in zip(places, told, strict=True) if text.is_given}
    if texts:
        changed = with_texts(page, texts, str(path))
        if wanted.changes:
            _write(path, changed)
    return told


def _told(place: Place, page: str, wanted: Wanted, say: Say) -> AltText:
    text = AltText(place.picture, page, existing=place.existing)
    if not _may_change(place, wanted):
        return replace(text, left=HAS_ONE)
    if place.path is None:
        return replace(text, left=place.left)
    return say(text, place.path)


def _kept(text: AltText, wanted: Wanted) -> AltText:
    """With the reason why it is left out, where there is one."""
    if not text.is_given or text.sure:
        return text
    if text.alt.startswith(NOT_CLEAR):
        return replace(text, left=UNCLEAR)
    return replace(text, left=NOT_SURE) if wanted.sure_only else text


def _write(path: Path, data: bytes) -> None:
    """The page in the place of the old one, which whoever may, may read as before."""
    own = path.resolve()
    mode = own.stat().st_mode & 0o777
    with write_atomically(own) as file:
        file.write(data)
    own.chmod(mode)


def _reviewed(texts: Reviewed) -> Say:
    def say(text: AltText, path: Path) -> AltText:
        said = texts.get((text.page, text.picture), texts.get(("", text.picture)))
        return replace(text, left=NOT_REVIEWED) if said is None else replace(text, alt=said)

    return say


def _captioned(files: tuple[Path, ...], asked: Options, progress: Progress) -> Say:
    """Texts of the files, which are looked at in their order, each once, and as far as they are asked for."""
    task = TASKS.get("captioning")
    found = answers(task, (picture(path, str(path), DEFAULT_LIMITS) for path in files), asked)
    said: dict[str, Answer[Caption]] = {}

    def say(text: AltText, path: Path) -> AltText:
        while str(path) not in said:
            answer = next(found, None)
            if answer is None:
                return replace(text, error=f"{text.page} has changed meanwhile. Run it again.")
            said[answer.item.source] = answer
            progress("pictures", len(said), len(files))
        return _with_caption(text, said[str(path)])

    return say


def _with_caption(text: AltText, answer: Answer[Caption]) -> AltText:
    caption = answer.result
    if caption is None:
        return replace(text, error=str(answer.error))
    return replace(text, alt=caption.text, sure=caption.sure, score=caption.score)
