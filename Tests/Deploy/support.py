"""What the tests of deploy/ share: places, ports, programs that are started and ended."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

# What ends the tests from outside ends them as Ctrl-C does: what they have started ends with them.
signal.signal(signal.SIGTERM, signal.default_int_handler)

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
TOOLS = ROOT / ".tools"


def free_port():
    """A port that no process has just now. Ask for it right before it is used.

    Not one of those that the kernel chooses for port 0 and for outgoing connections: another
    program could be given it before it is used.
    """
    first_ephemeral = int(
        pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0]
    )
    for _ in range(1000):
        port = random.randrange(10_000, max(first_ephemeral, 11_000))
        with contextlib.suppress(OSError), socket.socket() as listener:
            listener.bind(("127.0.0.1", port))
            listener.listen()
            return port
    raise AssertionError("no port is free")


def wait_until(condition, what, seconds=60):
    """Waits until condition() is true. The time is there to end, not to measure."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} seconds: {what}")


def accepts(port, host="127.0.0.1"):
    """Whether somebody listens there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


class TestCase(unittest.TestCase):
    """A test with a folder of its own, whose programs end with it, however it ends."""

    maxDiff = None

    def run(self, result=None):
        try:
            return super().run(result)
        finally:
            # Ctrl-C skips them.
            self.doCleanups()

    def folder(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="wasm-http-server-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def run_program(self, *command, status=0, environment=None, alone=False, **options):
        """Runs a program to its end, expects its exit status (None: any),
        gives what it has written. The
        environment is added to our own; alone, it is all."""
        done = subprocess.run(
            [str(word) for word in command],
            env=({} if alone else os.environ) | (environment or {}),
            stdin=options.pop("stdin", subprocess.DEVNULL),
            capture_output=True,
            text=True,
            timeout=300,
            **options,
        )
        if status is not None:
            self.assertEqual(done.returncode, status, f"{command}\n{done.stdout}\n{done.stderr}")
        return done

    def certificate(self, name):
        """A certificate that is its own authority, and its key."""
        folder = self.folder()
        kind = "IP" if name.replace(".", "").isdigit() else "DNS"
        self.run_program(
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", f"/CN={name[:64]}", "-addext", f"subjectAltName={kind}:{name}"),
            *("-keyout", folder / "key", "-out", folder / "certificate"),
        )
        return folder / "certificate", folder / "key"

    def start(self, *command, environment=None, log=None):
        """Starts a program in a process group of its own, which is ended with the test."""
        log = log or self.folder() / "log"
        with open(log, "wb") as output:
            process = subprocess.Popen(
                [str(word) for word in command],
                env=os.environ | (environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process.log = log
        self.addCleanup(end, process)
        return process

    def wait_for_port(self, port, process):
        """Waits until the process listens on the port; fails with its log when it ends instead."""

        def listens():
            self.assertIsNone(process.poll(), f"{process.args} ended:\n{process.log.read_text()}")
            return accepts(port)

        wait_until(listens, f"{process.args} listens on {port}")

    def containers(self):
        return container_settings(self.folder())


def container_settings(folder):
    """Variables for podman and buildah: all that they keep is in this folder, and they use nothing
    that needs a system around it (no systemd, no overlay file system, no limits above ours)."""
    (folder / "containers.conf").write_text(
        "[containers]\n"
        'default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n'
        'log_driver = "k8s-file"\n'
        "[engine]\n"
        'cgroup_manager = "cgroupfs"\n'
        'events_logger = "file"\n'
        'runtime = "runc"\n'
        'lock_type = "file"\n'
        f'tmp_dir = "{folder}/tmp"\n'
        "[network]\n"
        f'network_config_dir = "{folder}/networks"\n'
    )
    (folder / "storage.conf").write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/storage"\nrunroot = "{folder}/run"\n'
    )
    return {
        "CONTAINERS_CONF": f"{folder}/containers.conf",
        "CONTAINERS_STORAGE_CONF": f"{folder}/storage.conf",
    }


def end(process):
    """Ends a process and what it has started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
            break


def read_json(path):
    return json.loads(pathlib.Path(path).read_text())
