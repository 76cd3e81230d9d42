"""Measures memory: the resident part with some connections, and what idle ones add."""

import contextlib
import time
from pathlib import Path

from .servers import processes
from .workloads import REQUEST, TEXT

CONNECTIONS = 64
# Seconds after which a server has given back what only its start needed, if it does that at all.
SETTLING = 3
# Connections that are opened at a time: they fit into any server's accept queue.
BATCH = 100


def status(process, name):
    """The sum of a line of /proc/PID/status over the server's processes; octets where it has kB."""
    total = 0
    for pid in processes(process):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                _, number, *unit = line.split()
                total += int(number) * (1024 if unit == ["kB"] else 1)
    return total


def ask(clients):
    """A request on each of the connections."""
    for client in clients:
        client.sendall(REQUEST)
    for client in clients:
        answer = b""
        while not answer.endswith(TEXT):
            part = client.recv(65536)
            if not part:
                raise OSError("it closes a connection")
            answer += part


class Clients(contextlib.ExitStack):
    """Connections to a server, which has answered on each."""

    def connect(self, server, count):
        found = []
        while len(found) < count:
            batch = range(min(BATCH, count - len(found)))
            some = [self.enter_context(server.connect()) for _ in batch]
            ask(some)
            found += some
        return found


def serve_for_a_while(active):
    """Has a server answer on all these connections, and again once it has settled."""
    for pause in (SETTLING, 0):
        for _ in range(20):
            ask(active)
        time.sleep(pause)


def measure_memory(server, processor, idle):
    """Octets, of new processes: with 64 connections, and with `idle` further ones."""
    found = {"idle": idle}
    with server.with_default_limit().running(processor) as process, Clients() as clients:
        active = clients.connect(server, CONNECTIONS)
        serve_for_a_while(active)
        found["resident"] = status(process, "VmRSS")
        found["resident_private"] = status(process, "RssAnon")
    with server.running(processor) as process, Clients() as clients:
        active = clients.connect(server, CONNECTIONS)
        clients.connect(server, idle)
        serve_for_a_while(active)
        found["resident_with_idle"] = status(process, "VmRSS")
    found["per_idle"] = (found["resident_with_idle"] - found["resident"]) / idle
    return found
