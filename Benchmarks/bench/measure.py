"""Measures the servers and writes the figures as JSON. `Benchmarks/run` starts it."""

import argparse
import json
import os
import resource
import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from . import facts
from .campaign import Campaign, Plan, describe
from .generators import Generators
from .progress import Progress
from .servers import MAKERS, all_servers


def make_plan(options, most_idle):
    some, most = min(5000, most_idle), most_idle
    if options.quick:
        return Plan(options.rounds or 2, 5, 1, 0.3, 0.1, 0.5, [some], most)
    return Plan(options.rounds or 5, 20, 3, 1.0, 0.2, 1.5, sorted({some, most}), most)


def allow_many_files():
    """Raises the limit of open files, which servers inherit. Returns how many may be idle."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    files = min(most, 65_536) if most > 0 else 65_536
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return max(100, min(10_000, files - 2000))


def read_options():
    parser = argparse.ArgumentParser(prog="Benchmarks/run", description=__doc__)
    parser.add_argument("root", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("programs", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("output", type=Path, help=argparse.SUPPRESS)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="fewer and shorter rounds, rougher figures; peers that are not built are left out",
    )
    parser.add_argument("--rounds", type=int, help="rounds of all measurements (5)")
    names = ",".join(MAKERS)
    parser.add_argument(
        "--servers", help=f"measure only these, comma-separated, beside the floor: {names}"
    )
    return parser.parse_args()


def main():
    options = read_options()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit("ended"))  # and the servers are ended first
    plan = make_plan(options, allow_many_files())
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) < 2:
        print("one processor only: the load disturbs the servers", file=sys.stderr)
    wanted = {"floor", *options.servers.split(",")} if options.servers else set(MAKERS)
    if unknown := wanted - set(MAKERS):
        sys.exit(f"unknown server {', '.join(sorted(unknown))}")

    progress, noise = Progress(), facts.Processors()
    generators = Generators(options.programs, processors[0], processors[-1])
    with tempfile.TemporaryDirectory() as folder:
        servers, left_out = all_servers(options.root, options.programs, Path(folder))
        servers = [server for server in servers if server.id in wanted]
        left_out = [(name, reason) for name, reason in left_out if name in wanted]
        for name, reason in left_out:
            progress.say(f"without {name}: {reason}")
        campaign = Campaign(servers, generators, plan, progress)
        for name, reason in campaign.check_all():
            progress.say(f"without {name}: {reason}")
            left_out.append((name, reason))
        if not campaign.servers or campaign.servers[0].id != "floor":
            sys.exit("the floor cannot be measured, and all figures are relative to it")
        results = {
            "format": 1,
            "date": facts.now(),
            "commit": facts.commit(options.root),
            "is_quick": options.quick,
            "plan": asdict(plan),
            "machine": facts.machine(),
            "processors": {"load": processors[0], "server": processors[-1]},
            "tools": {
                "swift": facts.first_line(["swiftc", "--version"]),
                "c": facts.first_line(["cc", "--version"]),
            },
            "servers": [describe(server) for server in campaign.servers if not server.variant_of],
            "left_out": [{"server": name, "reason": reason} for name, reason in left_out],
        }
        campaign.measure_all()
        results |= campaign.results | {"noise": noise.summary()}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(results, indent=1) + "\n")
    progress.end()
    if any(failure["server"] in ("wasm", "wasm_log") for failure in results["failures"]):
        sys.exit("wasm-serve has failed in a measurement: see above")


main()
