"""Measures all servers in turn, in short runs: a disturbance meets all of them."""

import contextlib
import dataclasses
import statistics

from . import facts
from .checks import check
from .generators import Failed
from .memory import measure_memory, status
from .servers import Unavailable
from .workloads import LATENCY_WORKLOAD, RATE_WORKLOADS, cost_workloads

# A server whose saturation is less than this many times the fixed rate would mostly queue.
HEADROOM = 1.25


@dataclasses.dataclass(frozen=True)
class Plan:
    """How often and how long: seconds of one run, rounds of all runs."""

    rounds: int
    starts: int
    memory_rounds: int
    warm_seconds: float
    run_seconds: float
    latency_seconds: float
    # The numbers of idle connections for costs, and for memory.
    idle: list[int]
    idle_memory: int


def in_turn(items, turn):
    """Forwards, then backwards: what a neighbour leaves behind in caches is not always the same."""
    return items if turn % 2 == 0 else items[::-1]


class Phase:
    """Measurements of one kind: cells, each a server and what it is asked, and a function for one.

    `weight` is about how many seconds a cell takes, for the progress.
    """

    def __init__(self, cells, rounds, label, measure, weight):
        self.cells, self.rounds = cells, rounds
        self.label, self.measure, self.weight = label, measure, weight

    @property
    def total(self):
        return self.rounds * sum(self.weight(workload) for _, _, workload in self.cells)


class Campaign:
    """One run: `plan` says how often, `results` becomes the JSON."""

    def __init__(self, servers, generators, plan, progress):
        self.servers, self.generators = servers, generators
        self.plan, self.progress = plan, progress
        self.results = {"failures": []}
        self.processes = {}
        self.rounds_of_load, self.waiting = {}, []

    def check_all(self):
        """Leaves out what does not answer correctly. Returns the reasons by server."""
        left_out = []
        for server in self.servers:
            self.progress.step(f"checking the answers of {server.name}", 0)
            try:
                with server.running(self.generators.processor):
                    check(server)
            except (Unavailable, OSError) as reason:
                left_out.append((server.id, str(reason)))
        gone = {name for name, _ in left_out}
        self.servers = [server for server in self.servers if server.id not in gone]
        return left_out

    # MARK: Phases

    def run(self, phase):
        """Measures each cell in each round. Returns lists by workload and server.

        A cell that fails is reported, and left out from then on.
        """
        found, failed = {}, set()
        for turn in range(phase.rounds):
            for name in dict.fromkeys(name for name, _, _ in phase.cells):
                row = [cell for cell in phase.cells if cell[0] == name and cell not in failed]
                for cell in in_turn(row, turn):
                    _, server, workload = cell
                    what = phase.label(workload)
                    text = f"{what}: {server.name}, round {turn + 1} of {phase.rounds}"
                    self.progress.step(text, phase.weight(workload))
                    try:
                        number = phase.measure(server, workload)
                    except (Failed, Unavailable, OSError) as reason:
                        failed.add(cell)
                        self.fail(server, what, reason)
                        continue
                    column = server.variant_of or server.id
                    found.setdefault(name, {}).setdefault(column, []).append(number)
        return {
            name: {id: numbers for id, numbers in row.items() if len(numbers) == phase.rounds}
            for name, row in found.items()
        }

    def fail(self, server, what, reason):
        self.progress.say(f"{server.name}: {what}: {reason}")
        self.results["failures"].append({"server": server.id, "what": what, "reason": str(reason)})

    def cells(self, workloads):
        return [
            (workload.id, server, workload)
            for workload in workloads
            for server in self.servers
            if workload.kind_for(server)
        ]

    def whole(self, label, rounds, measure, weight, condition=lambda server: True):
        """A phase about the servers as such."""
        cells = [
            ("", server, None)
            for server in self.servers
            if server.variant_of is None and server.gets and condition(server)
        ]
        return Phase(
            cells, rounds, lambda _: label, lambda server, _: measure(server), lambda _: weight
        )

    # MARK: The measurements

    def measure_all(self):
        plan, generators, results = self.plan, self.generators, self.results
        # The first start of each fills the caches and does not count.
        starts = self.whole("exec to first response", plan.starts + 1, generators.start, 0.2)
        network = self.whole(
            "GET without the network",
            plan.rounds,
            generators.without_network,
            1.0,
            lambda server: server.is_without_network,
        )
        memory = self.whole(
            f"memory with {plan.idle_memory:,} idle connections",
            plan.memory_rounds,
            lambda server: measure_memory(server, generators.processor, plan.idle_memory),
            1 + plan.idle_memory / 4000,
        )
        costs, rates, warm_up = self.costs(), self.rates(), self.warm_up()
        latency_share = self.latency(0, ()).total / 2  # half of the servers are too slow
        phases = (starts, warm_up, costs, rates, network, memory)
        self.progress.total = sum(phase.total for phase in phases) + latency_share

        results["start_us"] = {
            id: numbers[1:] for id, numbers in self.run(starts).get("", {}).items()
        }
        with contextlib.ExitStack() as stack:
            for server in self.servers:
                running = server.running(generators.processor)
                self.processes[server.id] = stack.enter_context(running)
            self.run(warm_up)
            results["cost_ns"] = self.run(costs)
            results["floor_waiting"] = self.waiting
            results["throughput"] = self.run(rates)
            results["latency"] = self.measure_latency(results["throughput"])
            results["after_load"] = {
                server.id: {
                    "peak": status(self.processes[server.id], "VmHWM"),
                    "threads": status(self.processes[server.id], "Threads"),
                }
                for server in self.servers
                if server.variant_of is None and server.gets
            }
        results["without_network_ns"] = self.run(network).get("", {})
        results["memory"] = self.run(memory).get("", {})

    def latency_of(self, server, workload, rate, seconds):
        process = self.processes[server.id]
        return self.generators.latency(server, process, workload, rate, seconds)

    def warm_up(self):
        """Load that does not count: node compiles what is used often, allocators grow."""
        seconds = self.plan.warm_seconds
        return Phase(
            self.cells(RATE_WORKLOADS),
            1,
            lambda each: f"warming up, {each.label}",
            lambda server, each: self.latency_of(server, each, 0, seconds),
            lambda _: seconds + 0.2,
        )

    def costs(self):
        """Nanoseconds of the server per request."""
        workloads = cost_workloads(self.plan.idle)
        self.results["workloads"] = [
            {"id": each.id, "label": each.label, "connections": each.connections, "idle": each.idle}
            for each in workloads
        ]
        seconds = self.plan.run_seconds

        def measure(server, workload):
            process, rounds = self.processes[server.id], self.rounds_for(server, workload)
            cost, _, waiting = self.generators.cost(server, process, workload, rounds)
            if (
                server.id == "floor"
            ):  # (It has one thread: that cannot wait for another of its own.)
                self.waiting.append(waiting)
            return cost

        return Phase(
            self.cells(workloads),
            self.plan.rounds,
            lambda each: each.label,
            measure,
            lambda each: seconds + 0.4 + each.idle / 5000,
        )

    def rounds_for(self, server, workload):
        """How many rounds of load take as long as planned: from a short run that does not count."""
        without_idle = dataclasses.replace(workload, idle=0)
        key = (server.id, workload.kind, workload.connections)
        if key not in self.rounds_of_load:
            process, first = self.processes[server.id], 20
            _, seconds, _ = self.generators.cost(server, process, without_idle, first)
            wanted = first * self.plan.run_seconds / seconds
            fewest = max(5, 30 // workload.connections)  # else the server's own timers count
            self.rounds_of_load[key] = int(min(max(fewest, wanted), 20_000))
        return self.rounds_of_load[key]

    def rates(self):
        """Requests per second, as many as possible."""
        seconds = self.plan.run_seconds * 2
        return Phase(
            self.cells(RATE_WORKLOADS),
            self.plan.rounds,
            lambda each: f"requests per second, {each.label}",
            lambda server, each: self.latency_of(server, each, 0, seconds),
            lambda _: seconds + 0.2,
        )

    def latency(self, rate, too_slow):
        """Percentiles at a rate."""
        seconds = self.plan.latency_seconds
        return Phase(
            [cell for cell in self.cells([LATENCY_WORKLOAD]) if cell[1].id not in too_slow],
            self.plan.rounds,
            lambda each: f"latency at {rate:,.0f} requests per second",
            lambda server, each: self.latency_of(server, each, rate, seconds),
            lambda _: seconds * 1.2 + 0.2,
        )

    def measure_latency(self, rates):
        """One rate for all: half of what nginx reaches, or else the floor."""
        reached = {
            id: statistics.median(run["rate"] for run in runs)
            for id, runs in rates[LATENCY_WORKLOAD.id].items()
        }
        basis = "nginx" if "nginx" in reached else "floor"
        rate = round(reached[basis] / 2, -2)
        too_slow = [
            server.id for server in self.servers if reached.get(server.id, 0) < rate * HEADROOM
        ]
        found = self.run(self.latency(rate, too_slow))
        return {
            "rate": rate,
            "basis": basis,
            "connections": LATENCY_WORKLOAD.connections,
            "too_slow": [id for id in too_slow if id in reached],
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
