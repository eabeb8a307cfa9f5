"""The page of an explanation, to be read from the top: the picture, where the network looks, layer after layer."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from opsin.engine.layers import ShownLayer, spoken

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Opsin">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }}
* {{ box-sizing: border-box; }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1.5rem; max-width: 64rem; }}
h1 {{ font-size: 1.6rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.15rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }}
p {{ margin: .25rem 0 .75rem; max-width: 46rem; }}
.soft {{ opacity: .75; font-size: .9rem; }}
section {{ margin: 1.75rem 0; }}
.pictures {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr)); gap: 1rem; }}
figure {{ margin: 0; }}
img {{ display: block; max-width: 100%; height: auto; border-radius: .5rem; border: 1px solid var(--line); }}
.pictures img {{ width: 100%; }}
figcaption {{ font-size: .9rem; margin-top: .35rem; }}
</style>
</head>
<body>
"""

FOOT = "</body>\n</html>\n"


def page(title: str, summary: str, parts: Sequence[str]) -> str:
    """The whole page, of parts that the functions below have made."""
    return (
        f"{HEAD.format(title=escape(title))}<h1>{escape(title)}</h1>\n<p>{escape(summary)}</p>\n{''.join(parts)}{FOOT}"
    )


def section(title: str, said: str, body: str) -> str:
    """A part with a heading and a sentence or two."""
    about = f"<p>{escape(said)}</p>" if said else ""
    return f"<section><h2>{escape(title)}</h2>{about}{body}</section>\n"


def pictures(shown: Sequence[tuple[str, str]]) -> str:
    """Pictures side by side: the file of each, from the page's folder, and what is said under it."""
    figures = (f"<figure>{_image(file, said)}<figcaption>{escape(said)}</figcaption></figure>" for file, said in shown)
    return f'<div class="pictures">{"".join(figures)}</div>'


def picture(file: str, said: str) -> str:
    """One picture by itself; `said` is for those who cannot see it."""
    return _image(file, said)


def layer_section(shown: ShownLayer) -> str:
    """A layer: its name, what such layers do, and what this one answered."""
    # The picture tells kind and shape by itself: it is to be understood alone, too.
    answer = f'<p class="soft">{escape(shown.kind)}, {escape(spoken(shown.shape))}</p>'
    shown_as = _image(shown.picture, f"What {shown.name} answers") if shown.picture else answer
    return f"<section><h2>{escape(shown.name)}</h2><p>{escape(shown.said)}</p>{shown_as}</section>\n"


def _image(file: str, said: str) -> str:
    return f'<img src="{quote(file)}" alt="{escape(said)}" loading="lazy">'
