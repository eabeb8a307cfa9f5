"""The page of an album: pictures beside answers, in one file that needs no network and no script."""

from __future__ import annotations

import os
from html import escape
from urllib.parse import quote

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Opsin">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1.5rem; max-width: 88rem; }}
h1 {{ font-size: 1.5rem; margin: 0 0 1.25rem; }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(24rem, 100%), 1fr)); gap: 1.25rem; }}
figure {{ margin: 0; border: 1px solid var(--line); border-radius: .75rem; overflow: hidden; }}
figure > a, figure > video {{ display: block; background: #8882; }}
img, video {{ display: block; width: 100%; aspect-ratio: 4 / 3; object-fit: contain; }}
figcaption {{ padding: .75rem 1rem; overflow-wrap: anywhere; }}
figcaption p {{ margin: .25rem 0 0; }}
.source {{ font-size: .85rem; opacity: .7; }}
.error {{ border-left: .3rem solid #c33; }}
table {{ border-collapse: collapse; width: 100%; margin-top: .5rem; font-size: .85rem; }}
th, td {{ text-align: left; padding: .15rem .5rem .15rem 0; border-top: 1px solid var(--line); }}
td:not(:first-child), th:not(:first-child) {{ text-align: right; font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
<h1>{title}</h1>
<main>
"""

FOOT = """</main>
</body>
</html>
"""


def head(title: str) -> str:
    """How the page begins."""
    return HEAD.format(title=escape(title))


def picture(name: str, source: str, summary: str, rows: list[dict[str, object]]) -> str:
    """A drawn picture beside its answer.

    Args:
        name: of the picture's file, beside the page.
        source: where it comes from.
        summary: the answer in one line; what a person who cannot see the picture is told.
        rows: the answer as a table.
    """
    at, said = _address(name), escape(summary)
    image = f'<a href="{at}"><img src="{at}" alt="{said}" loading="lazy"></a>'
    return _figure(image, source, f"<p>{said}</p>{_table(rows)}")


def video(name: str, source: str, summary: str) -> str:
    """A drawn video."""
    at, said = _address(name), escape(summary)
    return _figure(f'<video src="{at}" controls loop muted preload="metadata"></video>', source, f"<p>{said}</p>")


def failure(source: str, error: str) -> str:
    """A picture that could not be read, and why."""
    said = f'<span class="source">{escape(source)}</span><p>{escape(error)}</p>'
    return f'<figure class="error"><figcaption>{said}</figcaption></figure>\n'


def _address(name: str) -> str:
    """A file's name as an address: # and ? would end it, and % would begin a code."""
    return quote(os.fsencode(name))


def _figure(shown: str, source: str, said: str) -> str:
    return f'<figure>{shown}<figcaption><span class="source">{escape(source)}</span>{said}</figcaption></figure>\n'


def _table(rows: list[dict[str, object]], limit: int = 12) -> str:
    """The rows' labels and scores; the rest of a row is in `results.jsonl`."""
    shown = [row for row in rows if {"label", "score"} <= row.keys()][:limit]
    if not shown:
        return ""
    lines = "".join(f"<tr><td>{escape(str(row['label']))}</td><td>{row['score']:.2f}</td></tr>" for row in shown)
    return f"<table><tr><th>label</th><th>score</th></tr>{lines}</table>"
