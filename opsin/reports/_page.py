"""The page of a report: one file that needs no network, no script and nothing beside it; light and dark.

Every function answers HTML. What they are given is text, and is escaped here.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import check_image
from opsin.reports._report import Answers

THUMBNAIL = 240
"""Longest side of a picture on the page, in pixels: a report of forty stays under a megabyte."""

SMALL = 96
"""A picture up to that side is shown in its own pixels, enlarged without smoothing: of 28 x 28, each counts."""

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Opsin">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --paper: #fff; --ground: #f4f4f6; --ink: #1c1c1e; --soft: #5f5f66;
  --line: #dcdce0; --bad: #b3261e; --good: #0b6b3a; }}
@media (prefers-color-scheme: dark) {{ :root {{ --paper: #1c1c1e; --ground: #0e0e10; --ink: #ececf0; --soft: #a5a5ad;
  --line: #3a3a40; --bad: #ff8a80; --good: #7bd6a0; }}
  .plot img {{ filter: invert(.89) hue-rotate(180deg); }} }}
* {{ box-sizing: border-box; }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1.25rem; max-width: 76rem; color: var(--ink);
  background: var(--ground); }}
h1 {{ font-size: 1.6rem; margin: .25rem 0; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.2rem; margin: 0 0 .25rem; }}
p {{ margin: .25rem 0 .75rem; max-width: 46rem; }}
.soft, figcaption, summary {{ color: var(--soft); }}
section, .figure {{ background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; }}
section {{ margin: 1rem 0; }}
.figures {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(9.75rem, 1fr)); gap: .75rem; }}
.figure b {{ display: block; font-size: 1.5rem; line-height: 1.3; font-variant-numeric: tabular-nums; }}
.figure span {{ font-size: .85rem; color: var(--soft); display: block; }}
.note {{ border-left: .3rem solid #e69f00; padding: .5rem .75rem; background: var(--paper); overflow-wrap: anywhere; }}
.plots {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1rem; }}
.plot {{ margin: 0; }}
.plot img {{ width: 100%; max-width: 46rem; height: auto; display: block; }}
.pictures {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(9.5rem, 45%), 1fr)); gap: .75rem; }}
.pictures.wide {{ grid-template-columns: repeat(auto-fill, minmax(min(16rem, 45%), 1fr)); gap: 1rem .75rem; }}
.pictures figure {{ margin: 0; min-width: 0; }}
.pictures img {{ width: 100%; aspect-ratio: 1; object-fit: contain; background: #8881; border-radius: .4rem;
  display: block; }}
.pictures img.small {{ image-rendering: pixelated; }}
.pictures figcaption {{ font-size: .8rem; line-height: 1.35; margin-top: .25rem; overflow-wrap: anywhere; }}
.pictures b {{ color: var(--ink); }}
.legend {{ max-width: none; font-size: .85rem; }} .legend span {{ white-space: nowrap; margin-right: .75rem; }}
.legend i {{ display: inline-block; width: .8em; height: .8em; border-radius: .2em; margin-right: .3em; }}
.wrong {{ color: var(--bad); }} .right {{ color: var(--good); }} .plain {{ color: var(--ink); }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: .9rem; }}
th, td {{ text-align: left; padding: .3rem 1.5rem .3rem 0; border-top: 1px solid var(--line); vertical-align: top; }}
th {{ border-top: 0; color: var(--soft); font-weight: 500; }}
th:last-child, td:last-child {{ padding-right: 0; }}
@media (max-width: 30rem) {{ body {{ padding: .75rem; }} th, td {{ padding-right: .75rem; }} }}
td.number, th.number {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
dt {{ font-weight: 600; }} dd {{ margin: 0 0 .5rem; color: var(--soft); max-width: 46rem; }}
</style>
</head>
<body>
"""


def page(title: str, subtitle: str, parts: Iterable[str]) -> str:
    """The whole page, of parts that the functions below have made."""
    head = _HEAD.format(title=escape(title))
    return f'{head}<h1>{escape(title)}</h1>\n<p class="soft">{escape(subtitle)}</p>\n{"".join(parts)}</body>\n</html>\n'


def answers_page(answers: Answers, parts: Iterable[str], more: str = "") -> str:
    """The whole page on what a model said: whose answers, to how many pictures of what; `more` ends that line."""
    data = answers.data
    which = sorted({str(part) for part in data.parts} - {""})
    told = f"{len(data):,} pictures of {data.name}" + (f" ({', '.join(which)})" if which else "")
    return page(f"How good is {answers.card.name}?", told + more, parts)


def section(title: str, said: str, *parts: str) -> str:
    """A part with a heading and a sentence on what it shows."""
    sentence = f'<p class="soft">{escape(said)}</p>\n' if said else ""
    return f"<section>\n<h2>{escape(title)}</h2>\n{sentence}{''.join(parts)}</section>\n"


def folded(summary: str, *parts: str) -> str:
    """What is seen only when a reader opens it."""
    return f"<details><summary>{escape(summary)}</summary>\n{''.join(parts)}</details>\n"


def notes(sentences: Iterable[str]) -> str:
    """What a reader should know first."""
    return "".join(f'<p class="note">{escape(sentence)}</p>\n' for sentence in sentences)


def figures(cells: Iterable[tuple[str, str, str]]) -> str:
    """Headline figures: a name, a value and what it means, each."""
    boxes = (
        f'<div class="figure"><span>{escape(name)}</span><b>{escape(value)}</b><span>{escape(meaning)}</span></div>\n'
        for name, value, meaning in cells
    )
    return f'<div class="figures">\n{"".join(boxes)}</div>\n'


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table. Numbers and shares ("3%") are set to the right; fractions get three decimals, None is a dash."""
    body = [list(row) for row in rows]
    is_number = [any(_is_number(row[index]) for row in body) for index in range(len(columns))]
    head = "".join(_cell("th", name, right) for name, right in zip(columns, is_number, strict=True))
    lines = "".join(
        f"<tr>{''.join(_cell('td', cell, right) for cell, right in zip(row, is_number, strict=True))}</tr>\n"
        for row in body
    )
    return f'<div class="wide"><table>\n<tr>{head}</tr>\n{lines}</table></div>\n'


def meanings(entries: Iterable[tuple[str, str]]) -> str:
    """Names and what they mean."""
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(said)}</dd>' for name, said in entries)}</dl>\n"


def plot(data: bytes, said: str) -> str:
    """A plot, as a PNG file on white paper; on a dark page its lightness is turned round, and its hues are kept."""
    return f'<figure class="plot"><img src="{_address("png", data)}" alt="{escape(said)}"></figure>\n'


def plots(*shown: str) -> str:
    """Plots side by side, where there is room."""
    return f'<div class="plots">{"".join(shown)}</div>\n'


def legend(entries: Iterable[tuple[tuple[int, int, int], str]]) -> str:
    """What colours mean: each (red, green, blue) in 0..255 and a text."""
    marks = (
        f'<span><i style="background: rgb({red} {green} {blue})"></i>{escape(text)}</span> '
        for (red, green, blue), text in entries
    )
    return f'<p class="legend">{"".join(marks)}</p>\n'


def pictures(shown: Iterable[str], *, wide: bool = False) -> str:
    """Pictures in rows; wide ones have room for sentences."""
    return f'<div class="pictures{" wide" if wide else ""}">\n{"".join(shown)}</div>\n'


def picture(image: NDArray[np.uint8], source: str, lines: Sequence[tuple[str, str]]) -> str:
    """A picture with lines under it: each a style ("", "right", "wrong", "plain" or "soft") and a text.

    Args:
        image: (h, w), (h, w, 1) or (h, w, 3) uint8.
        source: where it comes from.
        lines: what to say.
    """
    address, is_small = thumbnail(image)
    said = "".join(f'<div class="{style}">{escape(text)}</div>' for style, text in lines)
    kind = ' class="small"' if is_small else ""
    heard = escape("; ".join(text for _, text in lines))
    caption = f'<figcaption>{said}<div class="soft">{escape(source)}</div></figcaption>'
    return f'<figure><img{kind} src="{address}" alt="{heard}" loading="lazy">{caption}</figure>\n'


def thumbnail(image: NDArray[np.uint8]) -> tuple[str, bool]:
    """A picture as an address that holds it, and whether it is so small that its pixels should be seen."""
    from PIL import Image as Pillow

    small = Pillow.fromarray(check_image(image))
    is_small = max(small.size) <= SMALL
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    file = io.BytesIO()
    kind = "png" if is_small else "jpeg"
    small.save(file, format=kind, quality=82)
    return _address(kind, file.getvalue()), is_small


def _address(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and value.endswith("%") and value[:1].isdecimal())


def _cell(tag: str, value: Any, is_number: bool) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else "—" if value is None else str(value)
    return f"<{tag}{' class=number' if is_number else ''}>{escape(text)}</{tag}>"
