"""Measures the servers in turn and prints one table.

`run` starts it; README.md says what is measured, and why so.
"""

import argparse
import contextlib
import os
import platform
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONNECTIONS = 64
# With the idle ones. For the time to start the servers have their default.
MAX_CONNECTIONS = 12_000
# The rows: their names, what load.c is told, how often each connection is used.
KINDS = [
    ("GET", "get", 300),
    ("POST 1 KiB", "post", 300),
    ("16 pipelined GETs, each", "pipeline", 40),
]

NGINX = """
daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid {folder}/nginx.pid;
error_log {folder}/nginx.log crit;
events {{ worker_connections {files}; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  default_type "text/plain; charset=utf-8";
  server {{
    listen {port} backlog=1024;
    add_header Access-Control-Allow-Origin *;
    location / {{ return 200 "GET request processed successfully"; }}
  }}
}}
"""


class Server:
    """One of the servers: how it is started, and what it is asked."""

    def __init__(self, name, port, command, kinds):
        self.name, self.port, self.kinds = name, port, kinds
        self.command = [str(part) for part in command]

    @contextlib.contextmanager
    def running(self, processor, **environment):
        """Runs it on one processor, to the end of the block at the latest."""
        process = subprocess.Popen(
            ["taskset", "-c", str(processor), *self.command],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            self.wait_for_listener(process)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def wait_for_listener(self, process):
        for _ in range(1000):
            if process.poll() is not None:
                sys.exit(f"{self.name} ended instead of listening")
            with contextlib.suppress(OSError), self.connect():
                return
            time.sleep(0.01)
        sys.exit(f"{self.name} does not listen")

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)


def servers(dist, programs, folder):
    """The floor is the first one: the others are compared with it."""
    floor, wasm, nginx = free_ports(3)
    kinds = ["get", "post", "pipeline", "null"]
    yield Server("floor", floor, [programs / "floor", floor], kinds)
    yield Server(
        "wasm",
        wasm,
        [
            dist / "wasm-serve",
            "--quiet",
            "--workers",
            "1",
            "--cache-dir",
            folder / "cache",
            "--env",
            f"PORT={wasm}",
            "--env",
            "MAX_CONNECTIONS",
            "--env",
            "LOG_LEVEL=warn",
            dist / "http_server.wasm",
        ],
        kinds,
    )
    if shutil.which("nginx"):
        file = folder / "nginx.conf"
        file.write_text(NGINX.format(folder=folder, port=nginx, files=MAX_CONNECTIONS))
        # It cannot echo a POST, and does not send with send(2).
        command = ["nginx", "-e", folder / "nginx.log", "-p", folder, "-c", file]
        yield Server("nginx", nginx, command, ["get", "pipeline"])


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def number(command):
    """What one of our programs measured."""
    result = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        sys.exit("the measurement failed")
    return float(result.stdout)


def in_turn(items, turn):
    """Forwards, then backwards: what a neighbour leaves behind in caches is not always the same."""
    return items if turn % 2 == 0 else items[::-1]


def with_children(process):
    """The ids of a server's processes: nginx works in a child."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [str(process.pid), *children]


def measure_requests(all_servers, programs, load, processor, rounds, idle):
    """Nanoseconds per request, by row and server: a list with one number a round."""
    plan = [(name, kind, 0, uses) for name, kind, uses in KINDS]
    plan.append((idle_row(idle), "get", idle, KINDS[0][2]))
    costs = {}

    def note(row, server, cost):
        costs.setdefault(row, {}).setdefault(server, []).append(cost)

    with contextlib.ExitStack() as stack:
        processes = {
            each: stack.enter_context(each.running(processor, MAX_CONNECTIONS=str(MAX_CONNECTIONS)))
            for each in all_servers
        }
        for turn in range(rounds):
            for row, kind, beside, uses in plan:
                for each in in_turn([each for each in all_servers if kind in each.kinds], turn):
                    pids = with_children(processes[each])
                    command = [
                        *load,
                        programs / "load",
                        each.port,
                        kind,
                        CONNECTIONS,
                        beside,
                        uses,
                        *pids,
                    ]
                    note(row, each, number(command))
    for turn in range(rounds):
        for each in in_turn([each for each in all_servers if "null" in each.kinds], turn):
            note("GET without the network", each, null_cost(each, programs, processor))
    return costs


def idle_row(idle):
    return f"GET, {CONNECTIONS + idle:,} connections open"


def null_cost(server, programs, processor):
    """See null.c."""
    request = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with (
        server.running(processor, LD_PRELOAD=str(programs / "null.so")) as process,
        contextlib.ExitStack() as stack,
    ):
        for _ in range(CONNECTIONS):
            stack.enter_context(server.connect()).sendall(request)
        return float(process.communicate(timeout=60)[0])


def measure_starts(all_servers, start, processor, starts):
    """Microseconds from exec to the first response, by server."""
    times = {each: [] for each in all_servers}
    for turn in range(starts + 1):
        for each in in_turn(all_servers, turn):
            took = number([*start, each.port, processor, *each.command])
            if turn > 0:  # the first time fills the caches
                times[each].append(took)
    return times


def ratio(numbers, others):
    """The median of the ratios within a round: both were measured in the same second."""
    return statistics.median(mine / other for mine, other in zip(numbers, others, strict=False))


def print_table(all_servers, costs, idle, times):
    floor = all_servers[0]

    def row(name, cells):
        print("|", " | ".join([name, *(cells.get(each, "") for each in all_servers)]), "|")

    def compared(numbers, form):
        return {
            each: f"{form(statistics.median(mine))} ({ratio(mine, numbers[floor]):.2f})"
            for each, mine in numbers.items()
        }

    row("", {each: each.name for each in all_servers})
    row("---", dict.fromkeys(all_servers, "---:"))
    for name, numbers in costs.items():
        row(name, compared(numbers, lambda cost: f"{cost / 1000:.2f} us"))
        if name == idle_row(idle):
            alone = costs[KINDS[0][0]]
            row(
                "the same, ratio to the first row",
                {each: f"{ratio(mine, alone[each]):.2f}" for each, mine in numbers.items()},
            )
    row("exec to first response", compared(times, lambda time: f"{time / 1000:.1f} ms"))


def facts():
    model = "unknown processor"
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    load = " ".join(f"{average:.1f}" for average in os.getloadavg())
    return (
        f"{os.cpu_count()} x {model}, {platform.system()} {platform.release()}, load average {load}"
    )


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/run", description=__doc__)
    parser.add_argument("dist", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("programs", type=Path, help=argparse.SUPPRESS)
    parser.add_argument(
        "--quick", action="store_true", help="fewer repetitions: half a minute, and rougher"
    )
    parser.add_argument("--rounds", type=int, help="how often the cost of requests is measured (5)")
    options = parser.parse_args()
    rounds = options.rounds or (2 if options.quick else 5)
    starts = 5 if options.quick else 20

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and the servers are ended first
    # The servers inherit it. A file is needed for each connection.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    files = min(most, 65_536) if most > 0 else 65_536
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    idle = min(10_000, files - 2000) - CONNECTIONS
    processors = sorted(os.sched_getaffinity(0))
    load = ["taskset", "-c", str(processors[0])]

    print("measuring ...", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        all_servers = list(servers(options.dist, options.programs, Path(folder)))
        times = measure_starts(
            all_servers, [*load, options.programs / "start"], processors[-1], starts
        )
        costs = measure_requests(all_servers, options.programs, load, processors[-1], rounds, idle)
    print(f"Processor time of the server per request, {CONNECTIONS} connections; time to start.")
    print(f"Medians of {rounds} rounds and {starts} starts; in brackets: ratio to the floor.\n")
    print_table(all_servers, costs, idle, times)
    print(f"\n{facts()}")


main()
