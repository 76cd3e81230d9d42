"""The report of the benchmarks: figures, goals and tables of a small run that is made up here."""

import copy
import unittest

from bench.figures import Results, ratio, spread
from bench.goals import goals
from bench.report import Report, cell, plain
from bench.workloads import RATE_WORKLOADS, Workload, cost_workloads

SERVERS = ["floor", "wasm", "nginx"]
# What each server needs, relative to the floor.
COSTS = {"floor": 1.0, "wasm": 1.04, "nginx": 1.30}


def run(rate=50_000, p99=100.0):
    busy = {"server_busy": 1.0, "generator_busy": 0.5, "generator_late": 3.0}
    busy |= {"due": 1000, "answered": 1000}
    return {"rate": rate, "p50": 20.0, "p99": p99, "p999": 200.0, **busy}


def made_up_run():
    rows = cost_workloads([5000])
    servers = [
        {"id": id, "name": id, "note": "", "version": "1", "program_octets": 1 << 20}
        | {"module_octets": None, "gets": True, "posts": "echo"}
        for id in SERVERS
    ]
    memory = {"resident": 10 << 20, "resident_private": 1 << 20, "per_idle": 1024.0}
    return {
        "format": 1,
        "date": "2000-01-01T00:00:00+00:00",
        "commit": "abc",
        "is_quick": False,
        "plan": {"rounds": 2, "run_seconds": 0.1, "latency_seconds": 1, "starts": 2}
        | {"memory_rounds": 1, "idle_memory": 10_000},
        "machine": {"processor": "P", "architecture": "a", "processors": 2, "memory": 1 << 30}
        | {"system": "Linux", "distribution": "Debian"},
        "processors": {"load": 0, "server": 1},
        "tools": {"swift": "Swift", "c": "cc"},
        "noise": {"load_before": [0, 0, 0], "load_after": [0, 0, 0], "stolen": 0},
        "floor_waiting": [0.0, 0.01],
        "servers": servers,
        "left_out": [{"server": "wasmedge", "reason": "it is not on PATH"}],
        "failures": [],
        "workloads": [
            {"id": row.id, "label": row.label, "connections": row.connections, "idle": row.idle}
            for row in rows
        ],
        # The second round was disturbed: everything took twice as long.
        "cost_ns": {
            row.id: {id: [5000 * COSTS[id], 10_000 * COSTS[id]] for id in SERVERS} for row in rows
        },
        "throughput": {row.id: {id: [run(), run()] for id in SERVERS} for row in RATE_WORKLOADS},
        "latency": {"rate": 25_000, "basis": "nginx", "connections": 64, "too_slow": []}
        | {"runs": {id: [run(), run()] for id in SERVERS}},
        "start_us": {id: [3000.0, 3000.0] for id in SERVERS},
        "memory": {id: [memory] for id in SERVERS},
        "after_load": {id: {"peak": 1 << 24, "threads": 1} for id in SERVERS},
        "without_network_ns": {"floor": [100.0, 100.0], "wasm": [200.0, 220.0]},
    }


class FiguresTests(unittest.TestCase):
    def test_a_ratio_is_taken_within_each_round(self):
        # Of the medians it would be 15 / 15.
        self.assertEqual(ratio([10, 20], [20, 10]).median, 1.25)

    def test_quartiles_of_one_figure_are_that_figure(self):
        self.assertEqual(cell(spread([4.0])), "4.00")
        self.assertIsNone(spread([]))

    def test_numbers_have_three_digits(self):
        self.assertEqual(
            [plain(n) for n in (0.0471, 4.714, 47.14, 4714)], ["0.047", "4.71", "47.1", "4,714"]
        )

    def test_a_busy_server_is_not_called_limited_by_the_generator(self):
        data = made_up_run()
        self.assertFalse(Results(data).is_generator_limited("get_64", "wasm"))
        data["throughput"]["get_64"]["wasm"] = [run() | {"server_busy": 0.4}]
        self.assertTrue(Results(data).is_generator_limited("get_64", "wasm"))


class GoalsTests(unittest.TestCase):
    def verdicts(self, data):
        return {goal.text: goal.is_met for goal in goals(Results(data))}

    def test_goals_compare_with_the_floor_and_with_nginx(self):
        verdicts = self.verdicts(made_up_run())
        self.assertTrue(verdicts["the same, against nginx"])
        self.assertTrue(verdicts["16 pipelined GETs, against the floor"])
        self.assertFalse(verdicts["CPU per GET with 12 header fields, against the floor"])
        self.assertFalse(verdicts["exec to first response, warm cache, against nginx"])

    def test_one_figure_over_the_limit_misses_a_goal_of_several(self):
        data = made_up_run()
        text = "CPU per request, GET and POST 1 KiB, 64 and 256 connections, against the C floor"
        self.assertTrue(self.verdicts(data)[text])
        data["cost_ns"]["post_256"]["wasm"] = [6000, 12_000]
        self.assertFalse(self.verdicts(data)[text])

    def test_what_was_not_measured_is_neither_met_nor_missed(self):
        data = made_up_run()
        data["start_us"].pop("nginx")
        text = "exec to first response, warm cache, against nginx"
        self.assertIsNone(self.verdicts(data)[text])


class ReportTests(unittest.TestCase):
    def test_it_tells_goals_servers_and_what_is_missing(self):
        text = Report(made_up_run()).text()
        self.assertIn("| GET, 64 connections | 7.50 (6.25–8.75) | 7.80 (6.50–9.10) |", text)
        self.assertIn("| GET, 64 connections | 1.04 | 1.30 |", text)
        self.assertIn("**missed**", text)
        self.assertIn("Not measured: wasmedge: it is not on PATH.", text)
        self.assertNotIn("quick run", text)
        self.assertNotIn("busy**", text)

    def test_a_quick_or_disturbed_run_is_called_so(self):
        text = Report(made_up_run() | {"is_quick": True, "floor_waiting": [0.2]}).text()
        self.assertIn("quick run", text)
        self.assertIn("**The machine was busy**", text)

    def test_a_run_without_nginx_has_a_report(self):
        data = copy.deepcopy(made_up_run())
        data["servers"].pop()
        data["latency"]["basis"] = "floor"
        for table in (data["start_us"], data["memory"], data["latency"]["runs"]):
            table.pop("nginx")
        for row in [*data["cost_ns"].values(), *data["throughput"].values()]:
            row.pop("nginx")
        text = Report(data).text()
        self.assertNotIn("Ratios to nginx", text)
        self.assertIn("not measured", text)

    def test_a_server_that_is_too_slow_has_no_percentiles(self):
        data = made_up_run()
        data["latency"]["too_slow"] = ["nginx"]
        data["latency"]["runs"]["wasm"] = [run() | {"answered": 900}]
        text = Report(data).text()
        self.assertIn("| nginx | does not keep up |", text)
        self.assertIn("| wasm | does not keep up |", text)


class WorkloadTests(unittest.TestCase):
    def test_nginx_is_told_apart_where_it_discards_content(self):
        class Server:
            gets, posts, variant_of = True, "discard", None

        post = Workload("post_64", "", "post", 64)
        self.assertEqual(post.kind_for(Server), "post-discarded")

    def test_only_a_server_with_its_log_on_is_asked_for_that_row(self):
        class Server:
            gets, posts, variant_of = True, "echo", "wasm"

        asked = [row.id for row in cost_workloads([]) if row.kind_for(Server)]
        self.assertEqual(asked, ["get_64_log"])


if __name__ == "__main__":
    unittest.main()
