"""Servers under callgrind and strace: what each workload costs in instructions, allocations and
system calls."""

import re
import sys
from collections import Counter
from pathlib import Path

from server import Client, Crowd, Page, Server
from support import free_port
from workloads import WORKLOADS

# Requests on a connection that are counted. They cost the same in each run: a thousand say no more.
TIMES, TIMES_IN_CROWD = 100, 20

# From the folder where servers are started: the loader takes no path with a blank.
PROBE = "./probe.so"

# The C library chooses its memcpy by what the processor has, and thresholds in it by the caches.
# Valgrind hides AVX-512; this hides AVX2 and the like, so that every x86-64 processor executes the
# same instructions: those for SSE2. (Names that a C library does not have are ignored.)
SAME_EVERYWHERE = {
    "GLIBC_TUNABLES": ":".join(
        [
            "glibc.cpu.hwcaps=-AVX2,-AVX,-AVX512F,-AVX512VL,-AVX512BW,-EVEX,-ERMS,-FSRM,-BMI2,"
            "-AVX_Fast_Unaligned_Load,-AVX2_Usable,-AVX_Usable,-Prefer_No_AVX512_Probing",
            "glibc.cpu.x86_data_cache_size=32768",
            "glibc.cpu.x86_shared_cache_size=1048576",
            "glibc.cpu.x86_non_temporal_threshold=786432",
            "glibc.cpu.x86_rep_movsb_threshold=1073741824",
            "glibc.cpu.x86_rep_stosb_threshold=1073741824",
        ]
    )
}


class Program:
    """One of the servers: how it is started on a port."""

    def __init__(self, name, command, workloads=WORKLOADS):
        self.name, self.command, self.workloads = name, command, workloads


def programs(dist, built, module):
    """The native server, wasm-serve, and the floor."""

    def native(port, settings):
        return [dist / "http_server"], {"PORT": str(port), "LOG_LEVEL": "error", **settings}

    def wasm_serve(port, settings):
        settings = {"PORT": str(port), "LOG_LEVEL": "error", **settings}
        options = [word for each in settings.items() for word in ("--env", "=".join(each))]
        options += ["--quiet", "--workers", "1", "--no-cache", "--allow-precompiled"]
        return [dist / "wasm-serve", *options, module], {}

    def floor(port, _):
        return [built / "floor", port], {}

    yield Program("native", native)
    yield Program("wasm-serve", wasm_serve)
    yield Program("floor", floor, [each for each in WORKLOADS if each.suits_floor])


class Run:
    """The workloads that one server process can do, under a tool."""

    def __init__(self, program, workloads, folder, built):
        self.program, self.workloads, self.folder, self.built = program, workloads, folder, built
        self.allocations = {}

    def under(self, tool, preload):
        """Does all workloads, and leaves what the tool writes in the folder."""
        port = free_port()
        command, environment = self.program.command(port, self.workloads[0].environment)
        page = Page(self.folder / "page")
        environment = environment | SAME_EVERYWHERE | preload
        log = self.folder / "log"
        try:
            with (
                log.open("wb") as output,
                Server([*tool, *command], port, environment, self.built, page, output) as server,
            ):
                for workload in self.workloads:
                    client = (Crowd if workload.at_once > 1 else Client)(server, workload)
                    allocations = client.count(self.times(workload))
                    self.allocations[workload] = allocations
        except (RuntimeError, OSError) as error:
            sys.stderr.write(log.read_text(errors="replace")[-2000:])
            sys.exit(f"{self.program.name}: {error}")
        # Code that wasm-serve compiles itself is for this processor: it varies with the machine.
        if "native code in the file is not used" in log.read_text(errors="replace"):
            sys.exit(
                f"{self.program.name} does not run the module as it was compiled ahead of time"
            )

    def times(self, workload):
        return TIMES if workload.at_once == 1 else TIMES_IN_CROWD

    def per_request(self, workload, count):
        return count / self.times(workload) / workload.requests / workload.at_once


def runs(program, folder, built):
    """The workloads by the settings that they need."""
    by_settings = {}
    for workload in program.workloads:
        by_settings.setdefault(workload.access_log, []).append(workload)
    for number, workloads in enumerate(by_settings.values()):
        place = folder / f"{program.name}-{number}"
        place.mkdir(parents=True)
        yield Run(program, workloads, place, built)


def instructions(program, folder, built):
    """Instructions and allocations for a request, by workload."""
    for run in runs(program, folder / "callgrind", built):
        tool = ["valgrind", "--tool=callgrind", "--vgdb=no", "--dump-before=probe_mark"]
        tool += [f"--callgrind-out-file={run.folder}/out", "--compress-strings=no"]
        run.under(tool, {"LD_PRELOAD": PROBE})
        # A mark ends a part. There are two for each workload, and its requests are between them.
        for number, workload in enumerate(run.workloads):
            text = Path(f"{run.folder}/out.{2 * number + 2}").read_text()
            total = int(re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE)[1])
            yield (
                workload,
                run.per_request(workload, total),
                run.per_request(workload, run.allocations[workload]),
            )


def system_calls(program, folder, built):
    """System calls for a request, by workload: a Counter of their kinds."""
    for run in runs(program, folder / "strace", built):
        trace = run.folder / "trace"
        # (-D: the process that was started is the server, and strace its grandchild.)
        tool = ["strace", "-D", "-f", "-o", trace, "-E", f"LD_PRELOAD={PROBE}"]
        run.under(tool, {})
        parts = parts_of_trace(trace.read_text(errors="replace"))
        for number, workload in enumerate(run.workloads):
            yield (
                workload,
                {
                    kind: run.per_request(workload, count)
                    for kind, count in parts[2 * number + 1].items()
                },
            )


def parts_of_trace(text):
    """The calls of the thread that serves, from one mark to the next."""
    lines = re.findall(r"^(\d+) +(\w+)\((.*)", text, re.MULTILINE)
    is_mark = [call == "close" and rest.startswith("-1)") for _, call, rest in lines]
    threads = {thread for (thread, _, _), marked in zip(lines, is_mark, strict=True) if marked}
    parts = [Counter()]
    for (thread, call, _), marked in zip(lines, is_mark, strict=True):
        if marked:
            parts.append(Counter())
        elif thread in threads:
            parts[-1][call] += 1
    return parts
