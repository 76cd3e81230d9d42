"""Measures memory: the resident part with some connections, and what idle ones add."""

import contextlib
from pathlib import Path

from .servers import processes

REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n\r\nx"
CONNECTIONS = 64


def status(process, name):
    """The sum of a line of /proc/PID/status over the server's processes, in octets."""
    total = 0
    for pid in processes(process):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                total += int(line.split()[1]) * 1024
    return total


def measure_memory(server, processor, idle):
    """Octets, of a new process: with 64 connections, and then with `idle` further ones."""
    request = REQUEST if server.gets else POST
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(server.running(processor))

        def connect(count):
            clients = []
            while len(clients) < count:
                batch = range(min(100, count - len(clients)))  # fits into any accept queue
                some = [stack.enter_context(server.connect()) for _ in batch]
                ask(some)
                clients += some
            return clients

        def ask(clients):
            for client in clients:
                client.sendall(request)
            for client in clients:
                if not client.recv(65536).startswith(b"HTTP/1.1 200"):
                    raise OSError("it does not answer")

        active = connect(CONNECTIONS)
        for _ in range(20):
            ask(active)
        found = {
            "resident": status(process, "VmRSS"),
            "resident_private": status(process, "RssAnon"),
        }
        connect(idle)
        ask(active)
        found["idle"] = idle
        found["resident_with_idle"] = status(process, "VmRSS")
        found["per_idle"] = (found["resident_with_idle"] - found["resident"]) / idle
        found["peak"] = status(process, "VmHWM")
        return found
