"""Checks that a server answers correctly, octet for octet, before it is measured."""

import os

from .servers import Unavailable
from .workloads import REQUEST, TEXT

PIPELINED = 16


def check(server):
    """Raises Unavailable with the first answer that is wrong."""
    with server.connect() as client, client.makefile("rb") as answers:

        def ask(request, count=1):
            client.sendall(request * count)
            return [read(answers) for _ in range(count)]

        def expect(what, found, wanted):
            if found != wanted:
                raise Unavailable(f"its answer to {what} is wrong")

        if server.gets:
            expect("GET", ask(REQUEST), [TEXT])
            expect("pipelined GETs", ask(REQUEST, PIPELINED), [TEXT] * PIPELINED)
        for size in (1 << 10, 64 << 10):
            content = os.urandom(size)
            head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {size}\r\n\r\n"
            wanted = b"echo: " + content if server.posts == "echo" else TEXT
            expect(f"POST of {size} octets", ask(head.encode() + content), [wanted])


def read(answers):
    """The content of the next response."""
    status = answers.readline()
    if not status.startswith(b"HTTP/1.1 200 "):
        raise Unavailable(f"it answers {status.decode('latin-1').strip()!r}")
    fields = {}
    while (line := answers.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        fields[name.lower()] = value.strip()
    if b"content-length" in fields:
        return answers.read(int(fields[b"content-length"]))
    if fields.get(b"transfer-encoding") != b"chunked":
        raise Unavailable("it answers without a length")
    content = b""
    while size := int(answers.readline(), 16):
        content += answers.read(size)
        answers.readline()
    answers.readline()
    return content
