"""The goals of the project for these figures, and whether a run meets them."""

from dataclasses import dataclass

from .figures import ratio, spread

SERVER = "wasm"


@dataclass(frozen=True)
class Goal:
    """What is to be at most `limit`, and what was measured: pairs of a label and a spread."""

    text: str
    limit: float
    unit: str
    measured: list

    @property
    def is_met(self):
        """None when nothing was measured. A goal is met when each of its figures is."""
        found = [each for _, each in self.measured if each is not None]
        if len(found) < len(self.measured) or not found:
            return None
        return all(each.median <= self.limit for each in found)


def goals(results):
    def costs(other, *rows):
        return [(label, results.cost_ratio(row, SERVER, other)) for label, row in rows]

    basic = [
        ("GET, 64", "get_64"),
        ("GET, 256", "get_256"),
        ("POST 1 KiB, 64", "post_64"),
        ("POST 1 KiB, 256", "post_256"),
    ]
    idle = results.idle_workload(5000)
    p99 = ratio(results.latencies("p99", SERVER), results.latencies("p99", "nginx"))
    start = ratio(results.starts(SERVER), results.starts("nginx"))
    resident = spread([number / 2**20 for number in results.memory("resident", SERVER)])
    each = spread([number / 2**10 for number in results.memory("per_idle", SERVER)])
    return [
        Goal(
            "CPU per request, GET and POST 1 KiB, 64 and 256 connections, against the C floor",
            1.05,
            "",
            costs("floor", *basic),
        ),
        Goal("the same, against nginx", 0.85, "", costs("nginx", *basic)),
        Goal(
            "CPU per GET with 12 header fields, against the floor",
            1.00,
            "",
            costs("floor", ("", "fields_64")),
        ),
        Goal("16 pipelined GETs, against the floor", 1.15, "", costs("floor", ("", "pipeline_64"))),
        Goal(
            "a connection per request, against nginx", 1.00, "", costs("nginx", ("", "connect_64"))
        ),
        Goal(
            "beside 5,000 idle connections, against the floor", 1.05, "", costs("floor", ("", idle))
        ),
        Goal("JSON access log on, against off", 1.12, "", [("", results.logging_ratio(SERVER))]),
        Goal("p99 at a fixed rate, against nginx", 0.95, "", [("", p99)]),
        Goal("exec to first response, warm cache, against nginx", 0.90, "", [("", start)]),
        Goal("resident memory, one worker, 64 connections", 12, "MiB", [("", resident)]),
        Goal("10,000 idle connections add, each", 1.2, "KiB", [("", each)]),
    ]
