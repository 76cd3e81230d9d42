"""Runs the C programs that make the load, each for one number or one line of JSON."""

import contextlib
import json
import os
import subprocess

from .servers import processes
from .workloads import REQUEST

TIMEOUT = 120


class Failed(Exception):
    """What a generator has complained about: a wrong answer, a closed connection."""


class Generators:
    """`programs` is the folder with them; the load runs on one processor, servers on another."""

    def __init__(self, programs, load_processor, server_processor):
        self.programs = programs
        self.processor = server_processor
        self.pinned = ["taskset", "-c", str(load_processor)]

    def run(self, name, *arguments, environment=None):
        command = [*self.pinned, str(self.programs / name), *map(str, arguments)]
        process = subprocess.Popen(
            command,
            env=os.environ | (environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            output, errors = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            raise Failed(f"{name} took more than {TIMEOUT} s") from None
        finally:
            process.terminate()  # does nothing when it has ended; start.c ends its server
            process.wait()
        if process.returncode != 0:
            lines = errors.strip().splitlines() or [f"{name} failed"]
            raise Failed(lines[-1])
        return output

    def cost(self, server, process, workload, rounds):
        """Nanoseconds of the server per request, seconds in all, and the share of waiting."""
        kind = workload.kind_for(server)
        shape = [workload.connections, workload.idle, rounds]
        output = self.run("load", server.port, kind, *shape, *processes(process))
        return tuple(float(number) for number in output.split())

    def latency(self, server, process, workload, rate, seconds):
        """See latency.c; a rate of 0 is as many as possible."""
        kind = workload.kind_for(server)
        shape = [workload.connections, f"{rate:.0f}", seconds]
        return json.loads(self.run("latency", server.port, kind, *shape, *processes(process)))

    def start(self, server):
        """Microseconds from exec to the first response."""
        server = server.with_default_limit()
        command = [server.port, self.processor, *server.command]
        return float(self.run("start", *command, environment=server.environment))

    def without_network(self, server):
        """Nanoseconds per GET: see null.c."""
        preload = str(self.programs / "null.so")
        with (
            server.running(self.processor, LD_PRELOAD=preload) as process,
            contextlib.ExitStack() as stack,
        ):
            for _ in range(64):
                stack.enter_context(server.connect()).sendall(REQUEST)
            try:
                return float(process.communicate(timeout=20)[0])
            except (subprocess.TimeoutExpired, ValueError):
                raise Failed("null.so does not reach this server's calls") from None
