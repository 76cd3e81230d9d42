"""Draws how the module's cost grows (docs/performance.md), from the figures of counts/growth.py."""

import json
import sys
from pathlib import Path

from .plots import COLORS, pyplot

AXES = [
    ("fields", "header fields of a GET, beside Host", "fields"),
    ("content", "octets of content of a POST, echoed", "octets"),
    ("connections", "connections with a GET in each turn", "connections"),
]


def draw(figures, file):
    figure, all_axes = pyplot.subplots(1, len(AXES), figsize=(10, 3), layout="constrained")
    for axes, (name, title, unit) in zip(all_axes, AXES, strict=True):
        points = [(int(x), y / 1000) for x, y in figures[name].items()]
        axes.plot(*zip(*points, strict=True), marker="o", markersize=3, color=COLORS["wasm"])
        axes.set_title(title)
        axes.set_xlabel(unit)
        axes.set_ylim(bottom=0)
        if name == "connections":
            axes.set_xscale("log", base=2)
    all_axes[0].set_ylabel("thousands of instructions for a request")
    figure.savefig(file, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)


source = Path(sys.argv[1])
draw(json.loads(source.read_text()), source.with_suffix(".svg"))
