"""The page of a count: the video, where things went, and tables, in one file that needs no network and no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from opsin.engine import page
from opsin.uses._count_summary import Counts

LINES = "In is from the left of a line to its right, seen from its first point to its second: where its arrow points."


def count_page(counts: Counts, video: str | None, heat: str | None) -> str:
    """The whole page.

    Args:
        counts: what was counted.
        video: name of the video's file beside the page; None where there is none.
        heat: name of the heat map's file.
    """
    told = f"{counts.frames:,} frames, {counts.seconds:.1f} s of video"
    parts = [page.head("opsin count")]
    parts += [page.video(video, counts.source, told)] if video else []
    parts += (
        [page.picture(heat, counts.source, "Where things went: brighter is where more have passed.", [])]
        if heat
        else []
    )
    lines = [each.to_dict() for each in counts.crossings]
    zones = [each.to_dict() for each in counts.stays]
    things = [{"label": label, "tracks": count} for label, count in counts.things]
    parts += [_table("Lines", lines, LINES), _table("Zones", zones, _most(counts)), _table("Things seen", things)]
    return "".join([*parts, page.FOOT])


def _most(counts: Counts) -> str:
    told = [f"{number} in {zone}" for zone, number in counts.most]
    return f"Most at once: {', '.join(told)}." if told else ""


def _table(title: str, rows: Sequence[Mapping[str, Any]], note: str = "") -> str:
    """A table as a figure; nothing where there are no rows."""
    if not rows:
        return ""
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in rows[0])
    lines = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    said = f"<p>{escape(note)}</p>" if note else ""
    return (
        f"<figure><figcaption><strong>{escape(title)}</strong>{said}"
        f"<table><tr>{head}</tr>{lines}</table></figcaption></figure>\n"
    )


def _cells(row: Mapping[str, Any]) -> str:
    return "".join(f"<td>{escape(str(value))}</td>" for value in row.values())
