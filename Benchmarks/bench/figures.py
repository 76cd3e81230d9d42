"""Medians, quartiles and ratios of the figures in the JSON."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """A median and its quartiles."""

    low: float
    median: float
    high: float

    def scaled(self, factor):
        return Spread(self.low * factor, self.median * factor, self.high * factor)


def spread(numbers):
    """None without numbers."""
    if not numbers:
        return None
    if len(numbers) == 1:
        return Spread(numbers[0], numbers[0], numbers[0])
    low, _, high = statistics.quantiles(numbers, n=4, method="inclusive")
    return Spread(low, statistics.median(numbers), high)


def ratio(numbers, others):
    """The spread of the ratios within a round: both were measured within seconds."""
    if not numbers or not others:
        return None
    return spread([mine / other for mine, other in zip(numbers, others, strict=False)])


class Results:
    """The JSON of a run, by questions."""

    def __init__(self, data):
        self.data = data
        self.servers = data["servers"]
        self.workloads = data["workloads"]

    def name(self, server):
        return next((each["name"] for each in self.servers if each["id"] == server), server)

    def costs(self, workload, server):
        """Nanoseconds per request, one number a round."""
        return self.data["cost_ns"].get(workload, {}).get(server, [])

    def cost_ratio(self, workload, server, other):
        return ratio(self.costs(workload, server), self.costs(workload, other))

    def logging_ratio(self, server):
        """The cost of a GET with the access log on, against off."""
        return ratio(self.costs("get_64_log", server), self.costs("get_64", server))

    def idle_workload(self, at_most):
        """The id of the row with the most idle connections, up to a number, or None."""
        rows = [row for row in self.workloads if 0 < row["idle"] <= at_most]
        return max(rows, key=lambda row: row["idle"])["id"] if rows else None

    def rates(self, workload, server):
        return [run["rate"] for run in self.data["throughput"].get(workload, {}).get(server, [])]

    def is_generator_limited(self, workload, server):
        """Whether the server had time left, and the generator had not."""
        runs = self.data["throughput"].get(workload, {}).get(server, [])
        if not runs:
            return False
        server, generator = (
            statistics.median(run[name] for run in runs)
            for name in ("server_busy", "generator_busy")
        )
        return server < 0.95 and generator > server

    def latencies(self, percentile, server):
        """Microseconds."""
        return [run[percentile] for run in self.data["latency"]["runs"].get(server, [])]

    def keeps_up(self, server):
        """Whether it answered all requests at the fixed rate, in the median run."""
        latency = self.data["latency"]
        runs = latency["runs"].get(server)
        if server in latency["too_slow"] or not runs:
            return False
        return statistics.median(run["answered"] / run["due"] for run in runs) > 0.999

    def starts(self, server):
        """Microseconds."""
        return self.data["start_us"].get(server, [])

    def memory(self, name, server):
        """Octets."""
        return [run[name] for run in self.data["memory"].get(server, [])]
