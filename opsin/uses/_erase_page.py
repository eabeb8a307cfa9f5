"""The page of erased pictures: each before and after, under a slider. One file, nothing from anywhere else."""

from __future__ import annotations

import base64
import io
from html import escape

from opsin.core.image import Image

LONGEST = 1200
"""Pixels of the longer side on the page; the file in the folder has them all."""

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Opsin">
<title>opsin erase</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1.25rem; max-width: 64rem; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; }
figure { margin: 0 0 2rem; width: fit-content; min-width: min(15rem, 100%); max-width: 100%; }
.both { position: relative; width: fit-content; --at: 50%; border-radius: .5rem; overflow: hidden; }
.both img { display: block; max-width: 100%; max-height: 75vh; }
.both img + img { position: absolute; inset: 0; width: 100%; height: 100%; clip-path: inset(0 0 0 var(--at)); }
.both::after { content: ""; position: absolute; top: 0; bottom: 0; left: var(--at); width: 2px; margin-left: -1px;
  background: #fff; box-shadow: 0 0 4px #000; pointer-events: none; }
input, figcaption { box-sizing: border-box; width: 0; min-width: 100%; } /* as wide as the picture, whatever it is */
input { display: block; margin: .5rem 0 0; }
figcaption { overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>Before and after</h1>
"""

FOOT = """</body>
</html>
"""

_MOVE = "this.previousElementSibling.style.setProperty('--at', this.value + '%')"
"""The only script: without it the page shows the left half before, the right half after."""


def picture(source: str, summary: str, before: Image, after: Image) -> str:
    """A figure: on the left of the slider as it was, on the right as it is."""
    name = escape(source)
    shown = "".join(
        f'<img src="{_address(image)}" alt="{name}, {when}">' for when, image in (("before", before), ("after", after))
    )
    slider = f'<input type="range" value="50" aria-label="How much of {name} is as before" oninput="{escape(_MOVE)}">'
    said = f"<figcaption>{name}: {escape(summary)}</figcaption>"
    return f'<figure><div class="both">{shown}</div>{slider}\n{said}</figure>\n'


def _address(image: Image) -> str:
    """The picture as an address that holds it."""
    from PIL import Image as Pillow

    small = Pillow.fromarray(image)
    small.thumbnail((LONGEST, LONGEST))
    file = io.BytesIO()
    small.save(file, format="JPEG", quality=88)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"
