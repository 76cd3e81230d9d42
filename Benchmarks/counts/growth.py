"""How the cost grows with what the module is asked: fuel by header fields, content, connections.

Benchmarks/growth starts it. The figures are exact, and so is the file that it writes.
"""

import json
import sys
from pathlib import Path

import fuel
from workloads import CURL, POST, Workload, octets

FIELDS = [0, 1, 2, 4, 8, 16, 32, 64]
CONTENT = [0, 256, 1024, 4096, 16_384, 65_536]
CONNECTIONS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


class Large(Workload):
    """For content that is larger than the default of MAX_REQUEST_SIZE."""

    @property
    def environment(self):
        return {"MAX_REQUEST_SIZE": "131072"}


def with_fields(count):
    """A GET with so many fields beside Host, each with a name of 11 and a value of 32 octets."""
    fields = "".join(f"x-field-{n:03}: {'0123456789abcdef' * 2}\n" for n in range(count))
    return Workload("fields", octets(f"GET / HTTP/1.1\nHost: localhost:1234\n{fields}\n"))


def with_content(size):
    content = b"x" * size
    return Large(
        "content",
        octets(f"{POST}Content-Length: {size}\n\n") + content,
        content=b"echo: " + content,
    )


def main(module, file):
    engine, compiled = fuel.load(module)

    def cost(workload, crowd=1):
        return fuel.cost(engine, compiled, workload, crowd)[0]

    get = Workload("GET", octets(CURL))
    figures = {
        "fields": {count: cost(with_fields(count)) for count in FIELDS},
        "content": {size: cost(with_content(size)) for size in CONTENT},
        "connections": {count: cost(get, count) for count in CONNECTIONS},
    }
    Path(file).write_text(json.dumps(figures, indent=1) + "\n")


main(*sys.argv[1:])
