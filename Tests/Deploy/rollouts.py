"""Rolling updates under load, counted: `make rollouts`.

h2load counts what became of each request by its status; eight clients besides look at the content
of every answer. The proxy makes nothing good: it tries no pod twice.
"""

import argparse
import concurrent.futures
import re
import subprocess
import sys
import threading
import time

from deployment import Deployment
from manifests import named, render_with, server_container, variants
from node import Node
from proxy import Proxy
from support import DIST
from traffic import Traffic

RESULT = re.compile(r"requests: (\d+) total, .* (\d+) succeeded")


def load(port, rate, content, over):
    """Requests in runs of some seconds each until it is over: (sent, answered with 2xx)."""
    clients, run = 8, 5
    command = ["h2load", "--h1", "-t1", f"-c{clients}", f"--rps={rate // clients}"]
    command += [f"-n{rate * run}"] + ([f"-d{content}"] if content else [])
    sent = answered = 0
    while not over.is_set():
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{port}/"], capture_output=True, text=True, timeout=300
        )
        found = RESULT.search(done.stdout)
        if not found:
            raise RuntimeError(f"h2load: {done.stdout}{done.stderr}")
        total, succeeded = map(int, found.groups())
        sent, answered = sent + total, answered + succeeded
        if total != succeeded:
            print(done.stdout, file=sys.stderr)
    return sent, answered


def version(number):
    """The overlay's documents, a little different each time: what a rolling update rolls out."""
    change = {"name": "wasm-http-server", "behavior": "merge"}
    return render_with(
        "local", "configMapGenerator", change | {"literals": [f"SERVER_HEADER=version-{number}"]}
    )


def main():
    parser = argparse.ArgumentParser(prog="scripts/rollouts", description=__doc__)
    parser.add_argument("--updates", type=int, default=20, help="rolling updates (20)")
    parser.add_argument("--requests", type=int, default=1_000_000, help="at the least (1000000)")
    parser.add_argument("--rate", type=int, default=5000, help="requests a second (5000)")
    options = parser.parse_args()

    documents = variants()["local"]
    replicas = named(documents, "Deployment")["spec"]["replicas"]
    over = threading.Event()
    began = time.monotonic()
    with (
        Node() as node,
        Proxy(retries=0, interval="200ms") as proxy,
        concurrent.futures.ThreadPoolExecutor() as pool,
    ):
        node.load(DIST / "images" / "wasm-http-server", server_container(documents)["image"])
        service = Deployment(node, documents, replicas)
        service.start()
        for pod in service.pods:
            proxy.add(pod)
        content = node.folder / "content"
        content.write_bytes(bytes(range(32, 127)) * 10)
        try:
            with Traffic(proxy.port) as traffic:
                loads = [
                    pool.submit(load, proxy.port, options.rate // 2, body, over)
                    for body in (None, content)
                ]
                statuses = []
                for number in range(1, options.updates + 1):
                    statuses += service.roll(version(number), proxy)
                    print(f"{number} of {options.updates} updates", file=sys.stderr)
                while int(proxy.figures()["stot"]) < options.requests:
                    time.sleep(1)
                over.set()
                counts = [each.result() for each in loads]
        finally:
            over.set()
        figures = proxy.figures()

    sent = sum(count[0] for count in counts) + traffic.answered + len(traffic.failures)
    answered = sum(count[1] for count in counts) + traffic.answered
    took = time.monotonic() - began
    print(
        f"{options.updates} rolling updates of {replicas} pods in {took:.0f} s: "
        f"{sent:,} requests, {sent - answered} failed; "
        f"{statuses.count(0)} of {len(statuses)} pods ended with status 0; "
        f"the proxy tried {figures['wretr']} again"
    )
    for what, why in traffic.failures[:10]:
        print(f"{what}: {why}", file=sys.stderr)
    sys.exit(sent != answered or any(statuses))


if __name__ == "__main__":
    main()
