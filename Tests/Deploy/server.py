"""The server on wasm-serve, as a process of its own, and what it tells of itself."""

import contextlib
import http.client
import json
import re
import socket
import urllib.request
from collections import namedtuple

from support import DIST, wait_until

# A line of /metrics.
Sample = namedtuple("Sample", "name labels value")

SAMPLE = re.compile(r"(?P<name>\w+)(?:{(?P<labels>.*)})? (?P<value>\S+)")
LABEL = re.compile(r'(\w+)="([^"]*)"')


def parse(text):
    """The samples of Prometheus' text format, and the metrics' types. (No value of ours has a
    quote in it.)"""
    types, samples = {}, []
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            types[name] = kind
        elif not line.startswith("#"):
            sample = SAMPLE.fullmatch(line)
            labels = dict(LABEL.findall(sample["labels"] or ""))
            samples.append(Sample(sample["name"], labels, float(sample["value"])))
    return types, samples


class Server:
    """Started with the test, on ports that the system chooses, and ended with it."""

    def __init__(self, test, workers=2, options=(), **given):
        settings = {"HOST": "127.0.0.1", "PORT": 0, "ADMIN_PORT": 0, "ACCESS_LOG": "on"}
        # (Nobody has to notice that it leaves.)
        settings |= {"DRAIN_DELAY": 0} | given
        self.process = test.start(
            *(DIST / "wasm-serve", "--no-cache", "--log-format=json", f"--workers={workers}"),
            *options,
            *(f"--env={name}={value}" for name, value in settings.items()),
            DIST / "http_server.wasm",
        )
        self.port = self.logged_port(test, "listening")
        self.admin = self.logged_port(test, "admin port")

    def logged_port(self, test, message):
        def port():
            test.assertIsNone(self.process.poll(), self.process.log.read_text())
            found = [line for line in self.log("http_server") if line["message"] == message]
            return found and int(found[0]["address"].rpartition(":")[2])

        return wait_until(port, f"the log says '{message}'")

    def log(self, logger):
        """The lines of a logger that are complete."""
        lines = self.process.log.read_text().split("\n")[:-1]
        return [line for line in map(json.loads, lines) if line["logger"] == logger]

    def metrics(self):
        """/metrics as it is."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/metrics") as response:
            return response.read().decode()

    def total(self, name, **labels):
        """The sum of a metric's samples that have these labels."""
        _, samples = parse(self.metrics())
        own = [s for s in samples if s.name == name and labels.items() <= s.labels.items()]
        return sum(sample.value for sample in own)

    def request(self, method="GET", content=None, fields=None):
        """A request on a connection of its own; gives status and fields of the response."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port)) as connection:
            connection.request(method, "/", content, fields or {})
            response = connection.getresponse()
            response.read()
            return response.status, response.headers

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def send(self, octets):
        """Sends octets as they are, and nothing more; gives all that comes until the server
        closes."""
        with self.connect() as connection:
            connection.sendall(octets)
            connection.shutdown(socket.SHUT_WR)
            return receive(connection)

    def request_slowly(self, pause, count):
        """Requests at the same time, of which each has a pause in the middle."""
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(self.connect()) for _ in range(count)]
            for connection in connections:
                connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nslow")
            pause()
            for connection in connections:
                connection.sendall(b"ness")
                connection.shutdown(socket.SHUT_WR)
            return [receive(connection) for connection in connections]


def receive(connection):
    with connection.makefile("rb") as file:
        return file.read()
