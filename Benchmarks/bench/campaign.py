"""Measures all servers in turn, in short runs: a disturbance meets all of them."""

import contextlib
import statistics

from . import facts
from .checks import check
from .generators import Failed
from .memory import measure_memory, status
from .servers import Unavailable
from .workloads import LATENCY_WORKLOAD, RATE_WORKLOADS, cost_workloads

# A server whose saturation is less than this much above the fixed rate would only queue.
HEADROOM = 1.05


def in_turn(items, turn):
    """Forwards, then backwards: what a neighbour leaves behind in caches is not always the same."""
    return items if turn % 2 == 0 else items[::-1]


class Campaign:
    """One run: `plan` says how often, `results` becomes the JSON."""

    def __init__(self, servers, generators, plan, progress):
        self.servers, self.generators = servers, generators
        self.plan, self.progress = plan, progress
        self.results = {"failures": []}
        self.processes = {}

    def fail(self, server, what, reason):
        self.progress.say(f"{server.name}: {what}: {reason}")
        self.results["failures"].append({"server": server.id, "what": what, "reason": str(reason)})

    def check_all(self):
        """Leaves out what does not answer correctly. Returns the reasons by server."""
        left_out = []
        for server in self.servers:
            self.progress.step(f"checking the answers of {server.name}")
            try:
                with server.running(self.generators.processor):
                    check(server)
            except (Unavailable, OSError) as reason:
                left_out.append((server.id, str(reason)))
        gone = {name for name, _ in left_out}
        self.servers = [server for server in self.servers if server.id not in gone]
        return left_out

    # Each kind of measurement has its cells: a server and what it is asked. A cell that fails once
    # is reported, and left out from then on.

    def rounds(self, cells, count, label, measure):
        """Calls `measure` for each cell in each round; returns lists by workload and server."""
        found, failed = {}, set()
        self.progress.expect(len(cells) * count)
        for turn in range(count):
            for name in dict.fromkeys(name for name, _, _ in cells):
                row = [cell for cell in cells if cell[0] == name and cell not in failed]
                for cell in in_turn(row, turn):
                    _, server, workload = cell
                    what = label(workload)
                    self.progress.step(f"{what}: {server.name}, round {turn + 1} of {count}")
                    try:
                        number = measure(server, workload)
                    except (Failed, Unavailable, OSError) as reason:
                        failed.add(cell)
                        self.fail(server, what, reason)
                        continue
                    column = server.variant_of or server.id
                    found.setdefault(name, {}).setdefault(column, []).append(number)
        return {
            name: {id: list_ for id, list_ in row.items() if len(list_) == count}
            for name, row in found.items()
        }

    def cells(self, workloads):
        return [
            (workload.id, server, workload)
            for workload in workloads
            for server in self.servers
            if workload.kind_for(server)
        ]

    def plain_cells(self, name, condition):
        return [
            (name, server, None)
            for server in self.servers
            if server.variant_of is None and server.gets and condition(server)
        ]

    def measure_all(self):
        results, plan = self.results, self.plan
        results["start_us"] = self.measure_starts()
        with contextlib.ExitStack() as stack:
            for server in self.servers:
                self.processes[server.id] = stack.enter_context(
                    server.running(self.generators.processor)
                )
            results["cost_ns"] = self.measure_costs()
            rates = self.measure_rates()
            results["throughput"] = rates
            results["latency"] = self.measure_latency(rates)
            results["peak_memory"] = {
                server.id: status(self.processes[server.id], "VmHWM")
                for server in self.servers
                if server.variant_of is None and server.gets
            }
        cells = self.plain_cells("without_network", lambda server: server.is_without_network)
        results["without_network_ns"] = self.rounds(
            cells,
            plan.rounds,
            lambda _: "GET without the network",
            lambda server, _: self.generators.without_network(server),
        ).get("without_network", {})
        results["memory"] = self.rounds(
            self.plain_cells("memory", lambda _: True),
            plan.memory_rounds,
            lambda _: f"memory with {plan.idle:,} idle connections",
            lambda server, _: measure_memory(server, self.generators.processor, plan.idle),
        ).get("memory", {})

    def measure_starts(self):
        """Microseconds. The first start of each fills the caches and does not count."""
        found = self.rounds(
            self.plain_cells("start", lambda _: True),
            self.plan.starts + 1,
            lambda _: "exec to first response",
            lambda server, _: self.generators.start(server),
        )
        return {id: numbers[1:] for id, numbers in found.get("start", {}).items()}

    def measure_costs(self):
        """Nanoseconds of the server per request."""
        workloads = cost_workloads(self.plan.idle)
        self.results["workloads"] = [
            {"id": each.id, "label": each.label, "connections": each.connections, "idle": each.idle}
            for each in workloads
        ]
        uses = {}

        def measure(server, workload):
            cell = (server.id, workload.id)
            if cell not in uses:
                # A short run that does not count says how long a run is to be.
                first = max(5, 640 // workload.connections)
                _, seconds = self.generators.cost(
                    server, self.processes[server.id], workload, first
                )
                wanted = first * self.plan.run_seconds / seconds
                uses[cell] = int(min(max(3, wanted), 20_000))
            process = self.processes[server.id]
            return self.generators.cost(server, process, workload, uses[cell])[0]

        cells = self.cells(workloads)
        return self.rounds(cells, self.plan.rounds, lambda each: each.label, measure)

    def measure_rates(self):
        """Requests per second, as many as possible."""
        return self.rounds(
            self.cells(RATE_WORKLOADS),
            self.plan.rounds,
            lambda each: f"requests per second, {each.label}",
            lambda server, each: self.generators.latency(
                server, self.processes[server.id], each, 0, self.plan.run_seconds * 2
            ),
        )

    def measure_latency(self, rates):
        """Percentiles at one rate for all: half of what nginx reaches, or else the floor."""
        reached = {
            id: statistics.median(run["rate"] for run in runs)
            for id, runs in rates[LATENCY_WORKLOAD.id].items()
        }
        basis = "nginx" if "nginx" in reached else "floor"
        rate = round(reached[basis] / 2, -2)
        too_slow = [id for id, number in reached.items() if number < rate * HEADROOM]
        cells = [
            cell
            for cell in self.cells([LATENCY_WORKLOAD])
            if cell[1].id in reached and cell[1].id not in too_slow
        ]
        found = self.rounds(
            cells,
            self.plan.rounds,
            lambda each: f"latency at {rate:,.0f} requests per second",
            lambda server, each: self.generators.latency(
                server, self.processes[server.id], each, rate, self.plan.latency_seconds
            ),
        )
        return {
            "rate": rate,
            "basis": basis,
            "connections": LATENCY_WORKLOAD.connections,
            "too_slow": too_slow,
            "runs": found.get(LATENCY_WORKLOAD.id, {}),
        }


def describe(server):
    """What the report says about a server."""
    return {
        "id": server.id,
        "name": server.name,
        "note": server.note,
        "version": facts.version(server),
        "program_octets": sum(file.stat().st_size for file in server.program),
        "module_octets": server.module.stat().st_size if server.module else None,
        "gets": server.gets,
        "posts": server.posts,
    }
