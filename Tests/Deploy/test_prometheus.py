"""A real Prometheus scrapes two real servers, and is asked what alerts and dashboard ask."""

import itertools
import re
import signal
import time
import unittest

from prometheus import Prometheus, alerts, panels
from server import Server, parse
from support import TestCase, wait_until

# Of each server, in the time that is looked at.
GETS, POSTS, UNKNOWN, MALFORMED, SLOW = 40, 20, 10, 5, 10
ANSWERED = GETS + POSTS + UNKNOWN + SLOW
REQUESTS = ANSWERED + MALFORMED
# The time that slow ones take at the least.
PAUSE = 0.3


def traffic(server, gets, posts, unknown, malformed, slow):
    for _ in range(gets):
        server.request()
    for _ in range(posts):
        server.request("POST", b"content")
    for _ in range(unknown):
        server.request("BREW")
    for _ in range(malformed):
        server.send(b"nonsense\r\n\r\n")
    server.request_slowly(lambda: time.sleep(PAUSE), slow)


def buckets(server):
    """How many requests took at most so long, by the bound's label."""
    _, samples = parse(server.metrics())
    return {
        sample.labels["le"]: sample.value
        for sample in samples
        if sample.name == "http_request_duration_seconds_bucket"
    }


def quantile(share, classes):
    """As Prometheus reckons it: the class that has it, evenly filled."""
    rank = share * classes["+Inf"]
    bounds = sorted(classes.items(), key=lambda item: float(item[0]))
    for (low, before), (high, count) in itertools.pairwise([("0", 0), *bounds]):
        if count >= rank:
            if high == "+Inf":
                return float(low)
            return float(low) + (float(high) - float(low)) * (rank - before) / (count - before)
    raise AssertionError("the last class has all")


class PrometheusTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        test = TestCase()
        cls.addClassCleanup(test.doCleanups)
        cls.servers = [Server(test), Server(test)]
        cls.prometheus = Prometheus(test, cls.servers)
        # A series begins with its first count, which no rate knows of.
        for server in cls.servers:
            traffic(server, 1, 1, 1, 1, 1)
        cls.wait_for_requests(5)
        cls.begins = {server: cls.scraped_at(server) for server in cls.servers}
        cls.before = {server: buckets(server) for server in cls.servers}
        for server in cls.servers:
            traffic(server, GETS, POSTS, UNKNOWN, MALFORMED, SLOW)
        cls.wait_for_requests(5 + REQUESTS)
        cls.ends = {server: cls.scraped_at(server) for server in cls.servers}
        cls.after = {server: buckets(server) for server in cls.servers}

    @classmethod
    def wait_for_requests(cls, count):
        """Waits until so many of each server are in Prometheus."""
        each = 'sum by (instance) (http_requests_total{job="wasm-http-server"})'
        asked = f"count({each} == {count})"
        wait_until(lambda: cls.prometheus.value(asked) == len(cls.servers), f"{count} requests")

    @classmethod
    def scraped_at(cls, server):
        asked = f'timestamp(http_server_ready{{instance="127.0.0.1:{server.admin}"}})'
        # (A scrape that came too late has none.)
        return wait_until(lambda: cls.prometheus.value(asked), "there was a scrape")

    def ask(self, title, server, place=0):
        """What a panel of the dashboard asks of a server, over the time of the traffic."""
        (panel,) = (panel for panel in panels() if panel["title"] == title)
        expression = panel["targets"][place]["expr"]
        expression = expression.replace("$__rate_interval", self.interval(server))
        expression = expression.replace("$job", "wasm-http-server")
        return expression.replace("$instance", f"127.0.0.1:{server.admin}")

    def seconds(self, server):
        return self.ends[server] - self.begins[server]

    def interval(self, server):
        """From the first scrape to the last: nothing has to be estimated. (And the moment more with
        which newer ones of Prometheus take the first in.)"""
        return f"{round(self.seconds(server) * 1000) + 1}ms"

    def show(self, title, server, place=0):
        """What the panel shows then, by the value of the one label that there is, if any."""
        result = self.prometheus.query(self.ask(title, server, place), self.ends[server])
        return {next(iter(labels.values()), None): value for labels, value in result}

    def test_both_servers_are_up_and_ready(self):
        for metric in "up", "http_server_ready":
            asked = f'sum({metric}{{job="wasm-http-server"}})'
            # (Not when the last scrape came too late.)
            wait_until(lambda asked=asked: self.prometheus.value(asked) == 2, f"{metric} is 2")

    def test_prometheus_has_loaded_all_rules_and_can_tell_what_they_give(self):
        self.assertEqual({rule["name"] for rule in self.rules()}, set(alerts()))
        wait_until(
            lambda: {rule["health"] for rule in self.rules()} == {"ok"}, "all have been reckoned"
        )

    def rules(self):
        (group,) = self.prometheus.get("rules")["groups"]
        return group["rules"]

    def test_every_query_of_the_dashboard_gives_something(self):
        for panel in panels():
            for place in range(len(panel["targets"])):
                with self.subTest(panel["title"], query=place):
                    shown = self.show(panel["title"], self.servers[0], place)
                    self.assertTrue(shown)
                    self.assertFalse(any(value != value for value in shown.values()), shown)

    def test_the_rate_of_requests_is_the_number_of_them_over_the_time(self):
        for server in self.servers:
            seconds = self.seconds(server)
            self.assertAlmostEqual(self.show("Requests", server)[None] * seconds, REQUESTS, 3)
            rates = self.show("Requests by code", server)
            expected = {"200": GETS + POSTS + SLOW, "400": MALFORMED, "501": UNKNOWN}
            self.assertEqual(rates.keys(), expected.keys())
            for code, count in expected.items():
                self.assertAlmostEqual(rates[code] * seconds, count, 3)

    def test_rejections_are_told_by_their_reason(self):
        for server in self.servers:
            shown = self.show("Requests rejected by reason", server)
            # (Times of scrapes are in milliseconds.)
            told = shown.pop("malformed") * self.seconds(server)
            self.assertAlmostEqual(told, MALFORMED, 3)
            self.assertEqual(set(shown.values()), {0})

    def test_the_part_of_requests_that_failed_leaves_out_what_clients_did(self):
        server = self.servers[0]
        self.assertEqual(self.show("Failed", server), {None: 0})
        everything = self.ask("Failed", server).replace(',code!~"501|505"', "")
        failed = self.prometheus.value(everything, self.ends[server])
        self.assertAlmostEqual(failed, UNKNOWN / REQUESTS)

    def test_quantiles_are_the_ones_of_the_classes_that_the_server_counts(self):
        for server in self.servers:
            before, after = self.before[server], self.after[server]
            counted = {bound: after[bound] - before[bound] for bound in after}
            self.assertEqual(counted["+Inf"], ANSWERED)
            for place, share in enumerate((0.5, 0.95, 0.99)):
                shown = self.show("Duration", server, place)[None]
                self.assertAlmostEqual(shown, quantile(share, counted))
            # More than one in twenty took so long, whatever the machine was doing.
            self.assertGreater(SLOW / ANSWERED, 0.05)
            self.assertGreater(self.show("95th percentile", server)[None], 0.25)

    def test_what_alerts_compare_is_there_to_be_compared(self):
        for name, rule in alerts().items():
            with self.subTest(name):
                value = re.split(r"\s(?:==|>=|>)\s", rule["expr"])[0]
                # No real request fails: the others stand for those that would.
                value = value.replace(',code!~"501|505"', "")
                wait_until(lambda value=value: self.prometheus.query(value), f"there is {value}")

    def test_a_server_that_is_gone_is_an_alert_to_be(self):
        """(It fires two minutes later: rules.test.yaml.)"""
        test = TestCase()
        self.addCleanup(test.doCleanups)
        victim = Server(test)
        prometheus = Prometheus(test, [victim, self.servers[0]])

        def found():
            return {
                (alert["labels"]["alertname"], alert["labels"].get("instance"))
                for alert in prometheus.get("alerts")["alerts"]
            }

        wait_until(lambda: prometheus.value("sum(http_server_ready)") == 2, "both are there")
        # (Before the first scrape nobody was.)
        wait_until(lambda: found() == set(), "nothing is wrong")
        victim.process.send_signal(signal.SIGKILL)
        wait_until(
            lambda: found() == {("HTTPServerDown", f"127.0.0.1:{victim.admin}")},
            "one of them is missing",
        )


if __name__ == "__main__":
    unittest.main()
