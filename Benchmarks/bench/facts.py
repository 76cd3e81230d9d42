"""What the figures depend on: the machine, its load, and the versions of everything."""

import contextlib
import datetime
import os
import platform
import subprocess
from pathlib import Path


def machine():
    model = "unknown processor"
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": model,
        "architecture": platform.machine(),
        "processors": os.cpu_count(),
        "memory": pages * size,
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "distribution": platform.freedesktop_os_release().get("PRETTY_NAME", "unknown"),
    }


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def first_line(command):
    """The first line that a program prints on either stream, or an empty one."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=20,
        )
        return next(iter(done.stdout.strip().splitlines()), "")
    return ""


def version(server):
    """A server's version, as it is known or as its program says."""
    if isinstance(server.version, str):
        return server.version
    return first_line(server.version).removeprefix("nginx version: ")


def commit(root):
    git = ["git", "-c", f"safe.directory={root}", "-C", root]
    text = first_line([*git, "rev-parse", "--short=12", "HEAD"])
    measured = ["Sources", "Package.swift", "Benchmarks", "scripts"]
    changed = first_line([*git, "status", "--porcelain", "--untracked-files=no", *measured])
    return f"{text}, with changes" if changed else text


class Processors:
    """What else the machine did during the run: the noise."""

    def __init__(self):
        self.began = self.times()
        self.load_before = os.getloadavg()

    @staticmethod
    def times():
        line = Path("/proc/stat").read_text().splitlines()[0]
        return [int(number) for number in line.split()[1:9]]

    def summary(self):
        """The load averages, and the share of time that the host gave to other machines."""
        spent = [after - before for before, after in zip(self.began, self.times(), strict=True)]
        return {
            "load_before": [round(each, 2) for each in self.load_before],
            "load_after": [round(each, 2) for each in os.getloadavg()],
            "stolen": round(spent[7] / max(1, sum(spent)), 4),
        }
