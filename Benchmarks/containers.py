"""Measures how long containers take from `podman run` to a response. `containers` starts it."""

import argparse
import contextlib
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from support import DIST, container_settings, free_port

CONTAINERFILE = """FROM scratch
COPY floor-static /floor
USER 65532:65532
ENTRYPOINT ["/floor"]
"""
# What is between a container and its client: nothing, or podman's bridge and a port of the host.
NETWORKS = {
    "host": lambda port: (port, ["--network=host"]),
    "bridge, port published": lambda port: (1234, [f"--publish=127.0.0.1:{port}:1234"]),
}


def images(floor, environment):
    """The images by name, and how each is told its port."""

    def run(*command, **options):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, **options)
        if done.returncode:
            sys.exit(f"{command[0]} failed: {done.stderr.strip()}")
        return done.stdout.strip()

    version = run(DIST / "wasm-serve", "--version").split()[1]
    wasm = run("podman", "pull", "--quiet", f"oci:{DIST}/images/wasm-http-server:{version}")
    build = ["buildah", "build", "--quiet", "--isolation=chroot", "--file=-", str(floor.parent)]
    c = run(*build, input=CONTAINERFILE)
    return {
        "static C": lambda port: ([], [c, str(port)]),
        "wasm-http-server": lambda port: ([f"--env=PORT={port}"], [wasm]),
    }


def answers(port):
    """Whether there is a whole response yet."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        with client.makefile("rb") as response:
            return response.read().startswith(b"HTTP/1.1 200 OK\r\n")
    return False


def measure(image, network, environment):
    """Milliseconds, for one container, which is then removed."""
    port = free_port()
    inside, options = network(port)
    more, command = image(inside)
    name = f"start-{port}"
    line = ["podman", "run", "--rm", "--read-only", "--cap-drop=all", f"--name={name}"]
    line += [*options, *more, *command]
    began = time.perf_counter()
    container = subprocess.Popen(
        line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        while not answers(port):
            if container.poll() is not None:
                sys.exit(f"the container ended: {container.stderr.read().strip()}")
            time.sleep(0.0005)
        return (time.perf_counter() - began) * 1000
    finally:
        subprocess.run(["podman", "kill", name], env=environment, capture_output=True)
        container.communicate()


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/containers", description=__doc__)
    parser.add_argument("floor", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=20, help="starts of each (20)")
    options = parser.parse_args()

    print("measuring ...", file=sys.stderr)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = os.environ | container_settings(pathlib.Path(folder))
        kinds = images(options.floor, environment)
        print("From podman run to the first response (runc, storage by copies): medians, and in")
        print(f"brackets the ratio to static C. {options.rounds} starts of each, in turn.\n")
        print("| network |", " | ".join(kinds), "|")
        print("| --- |", " | ".join("---:" for _ in kinds), "|")
        for label, network in NETWORKS.items():
            times = {name: [] for name in kinds}
            for turn in range(options.rounds + 1):
                for name in list(kinds)[:: 1 if turn % 2 else -1]:
                    took = measure(kinds[name], network, environment)
                    if turn > 0:  # the first time fills the caches
                        times[name].append(took)
            medians = [statistics.median(each) for each in times.values()]
            cells = [f"{median:.0f} ms ({median / medians[0]:.2f})" for median in medians]
            print(f"| {label} |", " | ".join(cells), "|", flush=True)


main()
