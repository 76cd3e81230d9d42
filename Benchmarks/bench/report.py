"""Writes docs/benchmarks.md and its plots from the JSON. `Benchmarks/report` starts it."""

import argparse
import json
import sys
from pathlib import Path
from statistics import median

from .figures import Results, ratio, spread
from .goals import goals
from .texts import (
    COSTS,
    DISTURBED,
    ECHO,
    INTRODUCTION,
    LATENCY,
    LOGGING,
    NETWORK,
    QUICK,
    RATES,
    REST,
)

# The floor's waiting from which on the figures are called disturbed.
BUSY = 0.05


def plain(number):
    """Three significant digits, without an exponent."""
    size = abs(number)
    digits = 3 if size < 1 else 2 if size < 10 else 1 if size < 100 else 0
    return f"{number:,.{digits}f}"


def cell(value, form=plain, prefix=""):
    """A median with its quartiles."""
    if value is None:
        return ""
    median, low, high = form(value.median), form(value.low), form(value.high)
    return f"{prefix}{median}" if low == high else f"{prefix}{median} ({low}–{high})"


def two(number):
    return f"{number:.2f}"


def table(head, rows):
    """Markdown; columns after the first are numbers. Columns without any are left out."""
    kept = [0] + [at for at in range(1, len(head)) if any(row[at] for row in rows)]
    lines = [[head[at] for at in kept], ["---" if at == 0 else "---:" for at in kept]]
    lines += [[row[at] for at in kept] for row in rows]
    return "\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


class Report:
    def __init__(self, data):
        self.data, self.results = data, Results(data)
        self.servers = self.results.servers
        self.plain_servers = [each for each in self.servers if each["gets"]]

    def text(self):
        parts = [INTRODUCTION, self.warnings(), self.goals(), self.costs(), self.rates()]
        parts += [self.latency(), self.rest(), self.circumstances()]
        return "".join(parts)

    def warnings(self):
        text = ""
        if self.data["is_quick"]:
            text += QUICK.format(rounds=self.data["plan"]["rounds"])
        if self.waiting() > BUSY:
            text += DISTURBED.format(share=f"{self.waiting():.0%}")
        return text

    def waiting(self):
        """The share of its time that the floor waited for the processor, in the median run."""
        return median(self.data["floor_waiting"])

    def goal_rows(self):
        rows = []
        for goal in goals(self.results):
            said = []
            for label, value in goal.measured:
                number = "not measured" if value is None else cell(value, lambda n: f"{n:.3f}")
                said.append(f"{label}: {number}" if label else number)
            unit = f" {goal.unit}" if goal.unit else ""
            verdict = {True: "met", False: "**missed**", None: "not measured"}[goal.is_met]
            form = f"{goal.limit:g}" if goal.unit else f"{goal.limit:.2f}"
            rows.append([goal.text, f"at most {form}{unit}", "<br>".join(said), verdict])
        return rows

    def goals(self):
        head = ["wasm-serve with one worker", "goal", "measured", "verdict"]
        return "\n## Goals\n" + table(head, self.goal_rows())

    def costs(self):
        ids = [each["id"] for each in self.servers]
        head = ["", *[each["name"] for each in self.servers]]

        def rows(value):
            lines = [
                [row["label"], *[value(row["id"], id) for id in ids]]
                for row in self.results.workloads
            ]
            return [line for line in lines if any(line[1:])]

        def cost(row, id):
            value = spread(self.results.costs(row, id))
            return cell(value and value.scaled(1e-3))

        def against(other):
            return lambda row, id: (
                "" if id == other else cell(self.results.cost_ratio(row, id, other), two)
            )

        text = COSTS + (ECHO if "nginx_echo" in ids else "")
        text += table(head, rows(cost))
        text += "\nRatios to the C floor:\n" + table(head, rows(against("floor")))
        if "nginx" in ids:
            text += "\nRatios to nginx:\n" + table(head, rows(against("nginx")))
        logged = [
            [self.results.name(id), cell(self.results.logging_ratio(id), two)]
            for id in self.data["cost_ns"].get("get_64_log", {})
        ]
        if logged:
            text += LOGGING + table(["", "ratio"], logged)
        network = self.data["without_network_ns"]
        if network:
            cells = []
            for id, numbers in network.items():
                value = spread(numbers)
                cells.append(
                    [
                        self.results.name(id),
                        cell(value),
                        cell(ratio(numbers, network.get("floor")), two),
                    ]
                )
            text += NETWORK + table(["", "nanoseconds", "ratio to the floor"], cells)
        text += "\n![Processor time per request](benchmarks/costs.svg)\n"
        text += "\n![Processor time by number of connections](benchmarks/connections.svg)\n"
        return text

    def rates(self):
        rows = []
        for server in self.servers:
            cells = []
            for row in ("get_64", "post_64"):
                is_limited = self.results.is_generator_limited(row, server["id"])
                value = spread(self.results.rates(row, server["id"]))
                cells.append(cell(value, lambda n: f"{n:,.0f}", "≥ " if is_limited else ""))
            rows.append([server["name"], *cells])
        text = RATES + table(["", "GET", "POST 1 KiB"], rows)
        return text + "\n![Requests per second](benchmarks/throughput.svg)\n"

    def latency(self):
        latency = self.data["latency"]
        basis = self.results.name(latency["basis"])
        rows = []
        for server in self.plain_servers:
            id = server["id"]
            if not self.results.keeps_up(id):
                rows.append([server["name"], "does not keep up", "", "", "", ""])
                continue
            cells = [
                cell(spread(self.results.latencies(name, id))) for name in ("p50", "p99", "p999")
            ]
            p99 = ratio(self.results.latencies("p99", id), self.results.latencies("p99", "nginx"))
            late = [run["generator_late"] for run in latency["runs"].get(id, [])]
            rows.append([server["name"], *cells, cell(p99, two), cell(spread(late))])
        head = ["", "p50", "p99", "p99.9", "p99, ratio to nginx", "longest stall of the generator"]
        text = LATENCY.format(rate=latency["rate"], connections=latency["connections"], basis=basis)
        text += table(head, rows)
        return text + "\n![Latency](benchmarks/latency.svg)\n"

    def rest(self):
        rows = []
        for server in self.plain_servers:
            id = server["id"]
            start = spread(self.results.starts(id))
            after = self.data["after_load"].get(id)
            module = server["module_octets"]
            rows.append(
                [
                    server["name"],
                    cell(start and start.scaled(1e-3)),
                    cell(ratio(self.results.starts(id), self.results.starts("nginx")), two),
                    *[
                        cell(value and value.scaled(2**-20))
                        for value in (
                            spread(self.results.memory("resident", id)),
                            spread(self.results.memory("resident_private", id)),
                        )
                    ],
                    cell(spread([n / 1024 for n in self.results.memory("per_idle", id)])),
                    plain(after["peak"] / 2**20) if after else "",
                    str(after["threads"]) if after else "",
                    plain(server["program_octets"] / 2**20),
                    plain(module / 2**10) if module else "",
                ]
            )
        head = ["", "start, ms", "ratio to nginx", "resident, MiB", "private, MiB"]
        head += ["per idle connection, KiB", "peak, MiB", "threads", "program, MiB", "module, KiB"]
        text = REST.format(idle=self.data["plan"]["idle_memory"]) + table(head, rows)
        return text + "\n![Start and memory](benchmarks/start.svg)\n"

    def circumstances(self):
        data, machine, noise = self.data, self.data["machine"], self.data["noise"]
        plan = data["plan"]
        loads = [f"{noise[when][0]:.1f}" for when in ("load_before", "load_after")]
        lines = [
            f"- {data['date']}, commit {data['commit']}.",
            f"- {machine['processors']} × {machine['processor']} ({machine['architecture']}), "
            f"{machine['memory'] / 2**30:.0f} GiB, {machine['system']}, {machine['distribution']}. "
            f"Servers on processor {data['processors']['server']}, the load on "
            f"{data['processors']['load']}, over the loopback interface.",
            f"- Load average {loads[0]} before and {loads[1]} after the run, which makes about 2 "
            f"itself; {noise['stolen']:.1%} of the time was taken by other machines of the host. "
            f"The floor waited for its processor for {self.waiting():.1%} of its time in the "
            f"median run, {max(data['floor_waiting']):.0%} in the worst.",
            f"- {plan['rounds']} rounds of {plan['run_seconds']:g} s for each cost, "
            f"{plan['rounds']} of {plan['latency_seconds']:g} s for latencies, {plan['starts']} "
            f"starts, {plan['memory_rounds']} processes for memory.",
            f"- {data['tools']['swift']}; {data['tools']['c']}.",
            "- Our server has `MAX_REQUEST_SIZE=131072`, `MAX_CONNECTIONS=12000` and "
            "`LOG_LEVEL=warn` in all measurements.",
            "",
        ]
        rows = [
            [each["name"], each["version"] or "of this commit", each["note"]]
            for each in data["servers"]
        ]
        text = "\n## Machine, versions and servers\n\n" + "\n".join(lines)
        text += table(["server", "version", ""], rows).replace("---:", "---")
        for each in data["left_out"]:
            text += f"\n- Not measured: {each['server']}: {each['reason']}."
        for each in data["failures"]:
            name = self.results.name(each["server"])
            text += f"\n- Failed: {name}, {each['what']}: {each['reason']}."
        return text + "\n" if data["left_out"] or data["failures"] else text


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/report", description=__doc__)
    parser.add_argument("folder", type=Path, help="has benchmarks/results.json")
    folder = parser.parse_args().folder
    file, document = folder / "benchmarks/results.json", folder / "benchmarks.md"
    if not file.exists():
        sys.exit(f"there is no {file}: run 'make bench' first")
    report = Report(json.loads(file.read_text()))
    document.write_text(report.text())

    # (Here, since the tests of the report need no matplotlib.)
    from .plots import draw

    draw(report.results, folder / "benchmarks")
    for text, limit, measured, verdict in report.goal_rows():
        print(f"{text}: {measured.replace('<br>', ', ')}; goal: {limit}, {verdict.strip('*')}")
    print(f"The whole report is in {document}.")


if __name__ == "__main__":
    main()
