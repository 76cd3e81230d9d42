"""Counts what a request costs, and compares that with the committed figures.

Benchmarks/check starts it.
"""

import argparse
import platform
import signal
import sys
import tempfile
import time
from pathlib import Path

import committed
import fuel
import tools

MODULE = "the module"  # its group: the same on every architecture
INSTRUCTIONS, CALLS, ALLOCATIONS, OCTETS = "instructions", "calls", "allocations", "octets"
SIZES = {MODULE: ["http_server.wasm"], platform.machine(): ["wasm-serve", "http_server"]}


def say(text):
    print(text, file=sys.stderr, flush=True)


def count_fuel(group, table, module):
    for workload, crowd, spent, calls in fuel.figures(module):
        place = f"{workload.name}, {crowd} connection{'s' if crowd > 1 else ''}"
        group.add(f"fuel of the module: {place}", spent, INSTRUCTIONS)
        for name, count in calls.items():
            add_calls(group, f"host calls: {place}: {name}", count)
        table.setdefault(workload.name, {})[f"fuel, {crowd} at once"] = spent


def add_calls(group, name, count):
    # (A call in a thousand is not one of a request's, and would come and go.)
    if count >= 0.005:
        group.add(name, count, CALLS)


def count_programs(group, table, folder, built, dist):
    for program in tools.programs(dist, built, built / "http_server.module"):
        is_reference = program.name == "floor"
        for workload, instructions, allocations in tools.instructions(program, folder, built):
            row = table.setdefault(workload.name, {})
            row[f"{program.name}, instructions"] = instructions
            if is_reference:
                continue
            name = f"{program.name}: {workload.name}"
            group.add(f"instructions of {name}", instructions, INSTRUCTIONS)
            if not workload.is_kept:
                group.add(f"allocations of {name}", allocations, ALLOCATIONS)
        if program.name != "wasm-serve":
            continue
        for workload, calls in tools.system_calls(program, folder, built):
            name = f"system calls of {program.name}: {workload.name}"
            total = sum(calls.values())
            group.add(f"{name}: all", total, CALLS)
            for kind, count in calls.items():
                add_calls(group, f"{name}: {kind}", count)
            table[workload.name]["system calls"] = total


def print_table(table):
    columns = list(next(iter(table.values())))
    print("|", " | ".join(["for each request", *columns]), "|")
    print("| ---", *("| ---:" for _ in columns), "|")
    for name, row in table.items():
        print("|", " | ".join([name, *(cell(row.get(each)) for each in columns)]), "|")


def cell(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:g}"


def versions(words):
    """NAME=VERSION words by name."""
    return dict(word.split("=", 1) for word in words)


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/check", description=__doc__)
    parser.add_argument("dist", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("built", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument(
        "module_tools", type=lambda text: versions(text.split()), help=argparse.SUPPRESS
    )
    parser.add_argument(
        "native_tools", type=lambda text: versions(text.split()), help=argparse.SUPPRESS
    )
    parser.add_argument("--update", action="store_true", help="commit to what is measured now")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and the servers are ended first

    began = time.monotonic()
    table = {}
    groups = {
        MODULE: committed.Group(options.module_tools),
        platform.machine(): committed.Group(options.native_tools),
    }
    for name, files in SIZES.items():
        for file in files:
            groups[name].add(f"octets of {file}", (options.dist / file).stat().st_size, OCTETS)
    count_fuel(groups[MODULE], table, options.dist / "http_server.wasm")
    with tempfile.TemporaryDirectory() as folder:
        count_programs(groups[platform.machine()], table, Path(folder), options.built, options.dist)
    print_table(table)
    reference = committed.read(options.file)
    if options.update:
        sys.exit(update(options.file, reference, groups))
    sys.exit(report(committed.compare(reference, groups), groups, time.monotonic() - began))


def update(file, reference, groups):
    if over := list(committed.over_limits(groups)):
        say("\n".join(over))
        say("the figures are not updated")
        return 1
    committed.write(file, committed.updated(reference, groups))
    say("the figures are written: commit them with the change that made them so")
    return 0


def report(findings, groups, seconds):
    """Says what has been found; returns the exit status."""
    for kind, lines in vars(findings).items():
        for line in lines:
            say(f"{kind}: {line}")
    if findings.better:
        say("to keep what is better: make bench-check UPDATE=1")
    if findings.worse:
        say(
            f"{len(findings.worse)} figures are more than 3 % larger than the committed ones, or "
            "are not in both lists: see 'Counts' in Benchmarks/README.md"
        )
        return 1
    count = sum(len(group.figures) for group in groups.values())
    say(f"{count} figures are as committed, or better ({seconds:.0f} s)")
    return 0


main()
