"""A node that runs the pods of a rendered Deployment: podman in place of containerd, this file in
place of the kubelet."""

import contextlib
import copy
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request

import yaml
from manifests import named, of_kind
from support import container_settings, free_port, wait_until

NETWORK = "podman-default-kube-network"


def playable(documents, name, host_ports, deployment):
    """The Deployment's pod and its ConfigMap, in YAML for `podman kube play`. All is as rendered,
    but for this:

    - A Pod and no Deployment: of a Deployment podman starts one pod, whatever it says of replicas,
      and knows no rolling update. What makes a ReplicaSet's pods differ is their name.
    - Each port is a port of the host too: there is no Service, and no route to the pod's address
      that works everywhere. (An address of loopback: nobody else can reach it.)
    - No probes: podman makes httpGet to a curl in the container, which has none. `Pod.probe` does
      what they say.
    - It is not restarted: the kubelet does not restart a pod that is deleted, and podman knows
      nothing of that state.
    """
    template = copy.deepcopy(named(documents, "Deployment", deployment)["spec"]["template"])
    pod = {"apiVersion": "v1", "kind": "Pod", **template}
    pod["metadata"]["name"] = name
    pod["spec"]["restartPolicy"] = "Never"
    (container,) = pod["spec"]["containers"]
    for probe in "startupProbe", "livenessProbe", "readinessProbe":
        del container[probe]
    for port in container["ports"]:
        port |= {"hostPort": host_ports[port["name"]], "hostIP": "127.0.0.1"}
    return yaml.safe_dump_all([*of_kind(documents, "ConfigMap"), pod])


class Node:
    """A place for pods: storage and a network of its own, which end with it."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="wasm-http-server-node-"))
        self.environment = os.environ | container_settings(self.folder)
        self.count = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # What cannot be removed is told of, and does not keep the rest from being removed.
        for words in ["pod", "rm", "--all", "--force", "--time", "0"], ["network", "rm", NETWORK]:
            if (done := self.run(*words)).returncode:
                print(f"podman {words}: {done.stderr.strip()}", file=sys.stderr)
        shutil.rmtree(self.folder, ignore_errors=True)

    def podman(self, *words):
        """What podman has written; its complaint when it fails."""
        done = self.run(*words)
        if done.returncode:
            raise subprocess.SubprocessError(f"podman {words}: {done.stderr.strip()}")
        return done.stdout.strip()

    def run(self, *words):
        return subprocess.run(
            ["podman", *map(str, words)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def load(self, layout, name):
        """Takes an image out of an OCI layout, and gives it this name."""
        index = json.loads((layout / "index.json").read_text())
        tag = index["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"]
        self.podman("tag", self.podman("pull", "--quiet", f"oci:{layout}:{tag}"), name)

    def start(self, documents, deployment="wasm-http-server"):
        """A pod more of this Deployment; it may not be ready yet."""
        self.count += 1
        return Pod(self, documents, f"pod-{self.count}", deployment)


class Pod:
    def __init__(self, node, documents, name, deployment):
        self.node, self.name = node, name
        self.spec = named(documents, "Deployment", deployment)["spec"]["template"]["spec"]
        (self.container,) = self.spec["containers"]
        self.ports = {port["name"]: free_port() for port in self.container["ports"]}
        file = node.folder / f"{name}.yaml"
        file.write_text(playable(documents, name, self.ports, deployment))
        # (The registry is on loopback, and has no certificate.)
        node.podman("kube", "play", "--quiet", "--tls-verify=false", file)
        self.signalled = threading.Event()
        self.id = f"{name}-{self.container['name']}"

    def get(self, handler, timeout=60):
        """Sends the httpGet of a probe or a hook; gives the status."""
        action = handler["httpGet"]
        url = f"http://127.0.0.1:{self.ports[action['port']]}{action['path']}"
        headers = {field["name"]: field["value"] for field in action.get("httpHeaders", [])}
        try:
            request = urllib.request.Request(url, headers=headers)
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def request(self, headers):
        """The response of the public port to a GET with these header fields."""
        url = f"http://127.0.0.1:{self.ports['http']}/"
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
            return response

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.ports["http"]), timeout=60)

    def metric(self, name):
        url = f"http://127.0.0.1:{self.ports['admin']}/metrics"
        with urllib.request.urlopen(url) as response:
            lines = response.read().decode().splitlines()
        (value,) = [line.split()[1] for line in lines if line.split()[0] == name]
        return float(value)

    def probe(self, name):
        """Whether a probe of the manifest succeeds: a status from 200 to 399."""
        probe = self.container[name]
        with contextlib.suppress(OSError):
            return 200 <= self.get(probe, probe["timeoutSeconds"]) < 400
        return False

    def wait_until_ready(self):
        startup = self.container["startupProbe"]
        limit = startup["periodSeconds"] * startup["failureThreshold"]
        wait_until(lambda: self.probe("startupProbe"), f"{self.name} has started", limit)
        wait_until(lambda: self.probe("readinessProbe"), f"{self.name} is ready")

    def inspect(self, field):
        return self.node.podman("container", "inspect", "--format", f"{{{{.{field}}}}}", self.id)

    def process(self):
        """The status of its process, as in /proc."""
        lines = pathlib.Path(f"/proc/{self.inspect('State.Pid')}/status").read_text().splitlines()
        return {key: value.split() for key, _, value in (line.partition(":") for line in lines)}

    def log(self):
        """Access log and log: standard output, then standard error."""
        done = self.node.run("logs", self.id)
        return done.stdout + done.stderr

    def kill(self, signal="KILL"):
        self.node.podman("kill", "--signal", signal, self.id)

    def restart(self):
        """What the kubelet does with a container that has ended without being told to."""
        self.node.podman("start", self.id)

    def delete(self):
        """Ends it as the kubelet does; gives the exit status.

        preStop, SIGTERM as soon as that has answered, SIGKILL at the end of the grace period,
        which runs from the begin (pod-lifecycle/#pod-termination).
        """
        grace = self.spec["terminationGracePeriodSeconds"]
        deadline = threading.Timer(grace, lambda: self.kill("KILL"))
        deadline.start()
        try:
            self.get(self.container["lifecycle"]["preStop"], timeout=grace)
            # It may have ended already.
            with contextlib.suppress(subprocess.SubprocessError):
                self.kill("TERM")
            self.signalled.set()
            status = int(self.node.podman("wait", self.id))
        finally:
            deadline.cancel()
        self.last_log = self.log()
        self.remove()
        return status

    def remove(self):
        self.node.podman("pod", "rm", "--force", "--time", "0", self.name)
