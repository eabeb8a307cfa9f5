"""Cars, people, bicycles, lights and stop signs in a street video: how many, which way, and where they went.

    python examples/street_counts.py street.mp4 [LINE]

LINE is x0,y0,x1,y1 in pixels or as shares of the picture; a line across the middle when left out. What comes out is
printed, and written to runs/street: index.html shows the drawn video, the counts and a heat map of all ways.
"""

import sys

import opsin

LABELS = ["car", "truck", "bus", "motorcycle", "bicycle", "person", "traffic light", "stop sign"]
MIDDLE = "0,0.5,1,0.5"


def main(video: str, line: str = MIDDLE, save: str = "runs/street") -> None:
    """Counts, prints and saves."""
    counts = opsin.count(video, lines=[f"line={line}"], labels=LABELS, save=save)
    print(f"{counts.frames} frames, {counts.seconds:.0f} seconds, at {counts.frames_a_second:.0f} frames a second")
    for label, number in counts.things:
        inward, outward = counts.of("line", label)
        print(f"{number:4} × {label:<14} {inward} in, {outward} out")
    print(f"The page is {save}/index.html")


if __name__ == "__main__":
    main(*sys.argv[1:])
