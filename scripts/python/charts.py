"""Puts the script of the status page's charts into a C header, compressed, for the module to carry.

usage: charts.py [--check]   --check: fails when the header has another script
"""

import gzip
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "Sources/CStatusCharts"
HEADER = FOLDER / "charts.h"

TEXT = """\
// Made of charts.js by scripts/charts. Do not edit.

#pragma once

/// The script of the status page's charts, compressed by gzip.
static inline const unsigned char *_Nonnull status_charts(void) {{
  static const unsigned char octets[] = {{
{octets}
  }};
  return octets;
}}

/// Its length in octets.
#define STATUS_CHARTS_SIZE {size}
"""


def script():
    """The script without what a browser does not need: comments of whole lines, and indentation."""
    lines = (line.strip() for line in (FOLDER / "charts.js").read_text().splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")).encode()


def header(content):
    # (Without a time and a name: the same script gives the same octets.)
    octets = gzip.compress(content, 9, mtime=0)
    numbers = [f"0x{octet:02x}," for octet in octets]
    rows = [" ".join(numbers[i : i + 18]) for i in range(0, len(numbers), 18)]
    return TEXT.format(octets="\n".join(f"    {row}" for row in rows), size=len(octets))


def content_of(text):
    """The script in a header. (Which octets it is compressed to is up to the version of zlib.)"""
    return gzip.decompress(bytes(int(octet, 16) for octet in re.findall(r"0x(..),", text)))


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if content_of(HEADER.read_text()) != script():
            sys.exit("charts.h is not made of this charts.js: scripts/charts")
    elif not sys.argv[1:]:
        HEADER.write_text(header(script()))
    else:
        sys.exit(__doc__)
