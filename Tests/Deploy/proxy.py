"""HAProxy in Traefik's place: it balances over pods, whose readiness it asks for itself."""

import csv
import io
import pathlib
import shutil
import socket
import subprocess
import tempfile

from support import end, free_port, wait_until

SLOTS = 12

CONFIGURATION = """
global
  stats socket {folder}/control mode 600 level admin
  maxconn 4000
  nbthread 1
defaults
  mode http
  timeout connect 2s
  # (A pod that has to wait for a processor has not left.)
  timeout check 30s
  timeout client 60s
  timeout server 60s
  # Only where no connection could be made, as Traefik's Retry does: what a pod has been sent is not
  # sent again.
  retries {retries}
  option redispatch 1
  retry-on conn-failure
  # Connections to pods are shared and kept, as Traefik's are.
  http-reuse always
frontend public
  bind 127.0.0.1:{port}
  default_backend pods
backend pods
  balance roundrobin
  option httpchk GET /readyz
  default-server check inter {interval} fastinter {interval} fall 1 rise 1
  server-template pod {slots} 127.0.0.1:1 disabled
"""


class Proxy:
    """
    - retries: how often it tries another pod when it cannot connect to one.
    - interval: between two looks at a pod's readiness.
    """

    def __init__(self, retries, interval):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="wasm-http-server-proxy-"))
        self.port = free_port()
        self.slots = {}
        file = self.folder / "haproxy.cfg"
        file.write_text(
            CONFIGURATION.format(
                folder=self.folder, port=self.port, retries=retries, interval=interval, slots=SLOTS
            )
        )
        self.log = self.folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["haproxy", "-db", "-f", str(file)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self):
        wait_until((self.folder / "control").exists, "HAProxy has started")
        return self

    def __exit__(self, *_):
        end(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def tell(self, *commands):
        """Commands for HAProxy; what it answers."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.folder / "control"))
            control.sendall(("; ".join(commands) + "\n").encode())
            with control.makefile() as answer:
                return answer.read()

    def add(self, pod):
        """An endpoint more: a pod that is ready."""
        slot = next(n for n in range(1, SLOTS + 1) if n not in self.slots.values())
        self.slots[pod] = slot
        address = f"127.0.0.1 port {pod.ports['http']}"
        check = f"127.0.0.1 port {pod.ports['admin']}"
        self.tell(
            f"set server pods/pod{slot} addr {address}",
            f"set server pods/pod{slot} check-addr {check}",
            f"set server pods/pod{slot} state ready",
        )
        wait_until(lambda: self.figures(pod)["status"] == "UP", f"the proxy has {pod.name}")

    def remove(self, pod):
        """An endpoint less. (What is in flight on it goes on.)"""
        self.tell(f"set server pods/pod{self.slots.pop(pod)} state maint")

    def figures(self, pod=None):
        """The statistics of a pod, or of all together."""
        name = f"pod{self.slots[pod]}" if pod else "BACKEND"
        table = io.StringIO(self.tell("show stat").lstrip("# "))
        (row,) = (r for r in csv.DictReader(table) if (r["pxname"], r["svname"]) == ("pods", name))
        return row
