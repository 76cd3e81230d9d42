"""A server under a tool that counts, and its one client, which never hurries it.

The client works in lockstep: it goes on when the server sleeps, waiting for sockets. So an exchange
costs the same number of turns, calls and instructions on every machine, however busy that is.
"""

import contextlib
import mmap
import os
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

from workloads import Responses

PATIENCE = 120  # seconds, for a server that does not do what is waited for
WARM = 10  # exchanges before those that are counted: what is made once has been made


class Page:
    """The page of probe.c: its counts, its request for a mark, its gate."""

    def __init__(self, path):
        self.path = path
        path.write_bytes(bytes(mmap.PAGESIZE))
        with path.open("r+b") as file:
            self.memory = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.pipe = path.with_suffix(".gate")
        os.mkfifo(self.pipe)

    @property
    def allocations(self):
        return struct.unpack_from("Q", self.memory, 0)[0]

    @property
    def mark_wanted(self):
        return struct.unpack_from("Q", self.memory, 8)[0] != 0

    def want_mark(self):
        struct.pack_into("Q", self.memory, 8, 1)

    def close_gate(self, is_closed):
        struct.pack_into("Q", self.memory, 16, int(is_closed))

    @property
    def passages(self):
        return struct.unpack_from("Q", self.memory, 24)[0]


class Server:
    """A running server, which was told to listen on the port."""

    def __init__(self, command, port, environment, folder, page, output):
        self.port, self.page = port, page
        self.process = subprocess.Popen(
            [str(word) for word in command],
            # (The caller's variables may be settings of the server.)
            env={
                "PATH": os.environ["PATH"],
                **environment,
                "PROBE": str(page.path),
                "PROBE_GATE": str(page.pipe),
            },
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
            # A tool and what it runs are ended together.
            start_new_session=True,
        )
        self.folder = Path(f"/proc/{self.process.pid}")

    def __enter__(self):
        try:
            self.wait_for(self.listens, "the server does not listen")
            self.wait_for(self.sleeps, "the server does not come to rest")
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """At once: nothing at the end is counted, and time stands still for a drain."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def wait_for(self, condition, complaint):
        end = time.monotonic() + PATIENCE
        while not condition():
            if self.process.poll() is not None:
                raise RuntimeError("the server has ended")
            if time.monotonic() > end:
                raise RuntimeError(complaint)
            os.sched_yield()

    def listens(self):
        """As the kernel's table says: connecting would be work that is not asked for."""
        time.sleep(0.02)
        return any(state == "0A" for state, _ in self.sockets())

    def sockets(self):
        """States of the sockets at the server's port, and how many octets it has not read there."""
        for table in ("tcp", "tcp6"):
            for line in (self.folder / "net" / table).read_text().splitlines()[1:]:
                _, local, _, state, queues, *_ = line.split()
                if local.endswith(f":{self.port:04X}"):
                    yield state, int(queues.partition(":")[2], 16)

    def unread(self):
        return sum(count for state, count in self.sockets() if state == "01")

    def sleeps(self):
        """Whether all threads do. (A call that sends to a sleeping thread of this machine has woken
        it when the call returns.)"""
        try:
            for thread in (self.folder / "task").iterdir():
                # The state is behind the name, which is in brackets and may have some itself.
                if (thread / "stat").read_bytes().rpartition(b") ")[2][:1] != b"S":
                    return False
        except (FileNotFoundError, ProcessLookupError):  # a thread has just ended
            return False
        return True

    def descriptors(self):
        return len(os.listdir(self.folder / "fd"))


class Client:
    """Repeats the exchanges of a workload with a server."""

    def __init__(self, server, workload):
        self.server, self.workload = server, workload
        self.descriptors = {}  # of the server before a connection
        self.idle = [self.connect() for _ in range(workload.idle)]
        self.connection = None if workload.closes else self.connect()

    def connect(self):
        """Returns when the server has accepted the connection, and sleeps again."""
        before = self.server.descriptors()
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server.wait_for(
            lambda: self.server.descriptors() > before, "the server does not accept"
        )
        self.server.wait_for(self.server.sleeps, "the server does not come to rest")
        self.descriptors[connection] = before
        return connection

    def close(self, connection):
        before = self.descriptors.pop(connection)
        connection.close()
        self.server.wait_for(
            lambda: self.server.descriptors() <= before, "the server does not close"
        )
        self.server.wait_for(self.server.sleeps, "the server does not come to rest")

    def exchange(self):
        connection = self.connection or self.connect()
        connection.sendall(self.workload.octets)
        self.receive(connection)
        self.server.wait_for(self.server.sleeps, "the server does not come to rest")
        if self.workload.closes:
            if connection.recv(1):
                raise RuntimeError(f"{self.workload.name}: there is more than a response")
            self.close(connection)

    def receive(self, connection):
        responses = Responses(self.workload)
        while not responses.take(received := connection.recv(65_536)):
            if not received:
                raise RuntimeError(f"{self.workload.name}: the server closes the connection")

    def mark(self):
        """Exchanges once more, in which the server makes a mark."""
        self.server.page.want_mark()
        self.exchange()
        if self.server.page.mark_wanted:
            raise RuntimeError("the server has not made a mark: does it wait otherwise?")

    def count(self, times):
        """Exchanges so often between two marks; returns how many allocations that took."""
        for _ in range(WARM):
            self.exchange()
        self.mark()
        before = self.server.page.allocations
        if before == 0:
            raise RuntimeError(
                "no allocation is counted, not even at the start: is the probe in it?"
            )
        for _ in range(times - 1):
            self.exchange()
        self.mark()
        allocations = self.server.page.allocations - before
        self.finish()
        return allocations

    def finish(self):
        # Each waits until the server has as many descriptors as before it: the last one first.
        for connection in list(self.descriptors)[::-1]:
            self.close(connection)


class Crowd(Client):
    """Many connections, whose requests the server finds all at once, in one turn."""

    def __init__(self, server, workload):
        super().__init__(server, workload)
        self.connections = [self.connection]
        self.connections += [self.connect() for _ in range(workload.at_once - 1)]
        self.server.page.close_gate(True)
        # After this turn the server waits at the gate.
        super().exchange()

    def exchange(self):
        for each in self.connections:
            each.sendall(self.workload.octets)
        expected = len(self.connections) * len(self.workload.octets)
        self.server.wait_for(lambda: self.server.unread() == expected, "the requests do not arrive")
        self.open_gate()
        for each in self.connections:
            self.receive(each)

    def open_gate(self):
        """Lets the server take one turn."""
        passages = self.server.page.passages
        with self.server.page.pipe.open("wb") as pipe:
            pipe.write(b"1")
        self.server.wait_for(
            lambda: self.server.page.passages > passages, "the server is not at the gate"
        )
        self.server.wait_for(self.server.sleeps, "the server does not come to rest")

    def finish(self):
        self.server.page.close_gate(False)
        self.open_gate()
        super().finish()
