"""What the server tells of itself: /metrics as Prometheus wants it, log lines as the docs say."""

import http
import random
import re
import string
import subprocess
import unittest

from manifests import server_container, settings, variants
from prometheus import PROMTOOL, documented
from server import Server, parse
from support import TestCase, wait_until

METHODS = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "other",
}  # fmt: skip

# What is rejected as what. (NAME stands for something else each time.)
REJECTED = {
    "malformed": "GET / HTTP/1.1\r\nNAME: a\r\n\r\n",
    "request_too_large": "POST /NAME HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n",
    "target_too_long": f"GET /NAME{'a' * 100_000} HTTP/1.1\r\nHost: a\r\n\r\n",
    "unsupported_expectation": "POST / HTTP/1.1\r\nHost: a\r\nExpect: NAME\r\n\r\n",
    "fields_too_large": f"GET / HTTP/1.1\r\nHost: a\r\nNAME: {'a' * 100_000}\r\n\r\n",
    "not_implemented": "POST /NAME HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "unsupported_version": "GET /NAME HTTP/2.0\r\nHost: a\r\n\r\n",
}
NONSENSE = [
    'NAME"} / HTTP/1.1\r\nHost: a\r\n\r\n',
    "NAME\n# TYPE NAME counter\nNAME 1\n\r\n\r\n",
    "NAME / HTTP/1.1\r\nHost: a\r\n\r\n",
    "get /NAME HTTP/1.1\r\nHost: NAME\r\n\r\n",
    "GET /?reason=NAME HTTP/1.1\r\nHost: a\r\nX-Request-Id: NAME\r\nUser-Agent: NAME\r\n\r\n",
    "\x16\x03\x01NAME\r\n\r\n",
]


def name():
    return "".join(random.choices(string.ascii_uppercase, k=9))


def rejected(server, reason):
    return server.total("http_requests_rejected_total", reason=reason)


def send_everything(server):
    """A request of each method, and of each kind that is rejected: all are counted."""
    before = server.total("http_requests_total")
    texts = [f"{method} / HTTP/1.1\r\nHost: NAME\r\n\r\n" for method in METHODS - {"other"}]
    texts += [*REJECTED.values(), *NONSENSE]
    for text in texts:
        server.send(text.replace("NAME", name()).encode("latin-1"))
    # One that takes too long.
    with server.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        connection.recv(1)
    # (Another worker may take a moment to know.)
    expected = before + len(texts) + 1
    wait_until(lambda: server.total("http_requests_total") == expected, "all are counted")


def check(metrics):
    """What promtool says of them, and its status."""
    command = PROMTOOL, "check", "metrics"
    done = subprocess.run(command, input=metrics, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class MetricsTests(TestCase):
    @classmethod
    def setUpClass(cls):
        test = TestCase()
        cls.addClassCleanup(test.doCleanups)
        # (Long enough for a busy machine to send a request.)
        cls.server = Server(test, REQUEST_TIMEOUT="3")
        send_everything(cls.server)
        cls.types, cls.samples = parse(cls.server.metrics())

    def test_promtool_has_nothing_to_say(self):
        self.assertEqual(check(self.server.metrics()), (0, ""))

    def test_promtool_finds_what_is_wrong(self):
        status, complaint = check(self.server.metrics().replace("http_requests_total", "requests"))
        self.assertNotEqual(status, 0)
        self.assertIn('requests counter metrics should have "_total" suffix', complaint)

    def test_the_table_of_the_docs_has_all_metrics_with_type_and_labels(self):
        told = {}
        for metric, kind, labels, _ in documented("## Metrics"):
            told[metric.strip("`")] = kind, set(re.findall("`(.*?)`", labels))
        found = {metric: (kind, set()) for metric, kind in self.types.items()}
        for sample in self.samples:
            metric = re.sub("_(bucket|sum|count)$", "", sample.name)
            if metric not in found:
                metric = sample.name
            found[metric][1].update(sample.labels.keys() - {"le"})
        self.assertEqual(told, found)

    def test_the_reasons_are_the_ones_of_the_docs_each_with_its_code(self):
        told = {reason.strip("`"): code for reason, code, _ in documented("`reason` is one of")}
        self.assertEqual(told.keys(), {*REJECTED, "timeout"})
        for reason, text in REJECTED.items():
            before = rejected(self.server, reason)
            answer = self.server.send(text.replace("NAME", name()).encode())
            self.assertEqual(answer.split()[1].decode(), told[reason])
            # (Another worker may take a moment to know.)
            wait_until(lambda: rejected(self.server, reason) == before + 1, "it was counted")

    def test_labels_have_values_of_fixed_sets_whatever_clients_send(self):
        reasons = {reason.strip("`") for reason, *_ in documented("`reason` is one of")}
        codes = {str(status.value) for status in http.HTTPStatus}
        allowed = {"method": METHODS, "code": codes, "reason": reasons}
        seen = {label: set() for label in allowed}
        for sample in self.samples:
            for label in sample.labels.keys() & allowed.keys():
                seen[label].add(sample.labels[label])
        self.assertLessEqual(seen["code"], codes)
        # All of them have been there.
        self.assertEqual((seen["method"], seen["reason"]), (METHODS, reasons))

    def test_other_words_of_the_same_kind_make_no_new_series(self):
        def series():
            return {(s.name, *s.labels.items()) for s in parse(self.server.metrics())[1]}

        before = series()
        for _ in range(2):
            send_everything(self.server)
        self.assertEqual(series(), before)

    def test_the_histogram_has_every_request_that_was_not_rejected(self):
        total = self.server.total
        answered = total("http_requests_total") - total("http_requests_rejected_total")
        self.assertGreater(answered, 0)
        self.assertEqual(total("http_request_duration_seconds_count"), answered)


class LogTests(TestCase):
    def test_access_lines_have_the_fields_of_the_docs_and_no_others(self):
        server = Server(self, workers=1, TRUSTED_PROXIES="127.0.0.0/8")
        trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        server.request(
            fields={
                "traceparent": trace,
                "X-Forwarded-For": "203.0.113.7",
                "User-Agent": "a test",
            }
        )
        (line,) = wait_until(lambda: server.log("access"), "there is an access line")
        told = {field.strip("`") for field, _ in documented("Lines of logger `access`")}
        self.assertEqual(line.keys(), told | {"time", "level", "logger", "message"})

    def test_the_client_is_told_where_a_trusted_proxy_has_passed_the_request_on(self):
        for proxies, client in ("127.0.0.1", "203.0.113.7"), ("10.42.0.0/16", None):
            server = Server(self, workers=1, TRUSTED_PROXIES=proxies)
            server.request(fields={"X-Forwarded-For": "1.1.1.1, 203.0.113.7"})
            (line,) = wait_until(lambda: server.log("access"), "there is an access line")
            self.assertEqual(line.get("client"), client)

    def test_a_rejected_request_has_the_same_name_in_its_response_and_in_both_lines(self):
        server = Server(self, workers=1)
        status, fields = server.request("POST", b"a" * 10_000, {"X-Request-Id": "r-1"})
        self.assertEqual((status, fields["X-Request-Id"]), (413, "r-1"))
        (access,) = wait_until(lambda: server.log("access"), "there is an access line")
        (refused,) = wait_until(
            lambda: [line for line in server.log("http_server") if "reason" in line],
            "there is a line of the refusal",
        )
        self.assertEqual((access["request_id"], refused["request_id"]), ("r-1", "r-1"))
        self.assertEqual(refused["message"], "request refused")


class MemoryTests(TestCase):
    def test_the_pod_may_have_all_the_memory_that_the_server_can_come_to_hold(self):
        documents = variants()["local"]
        container = server_container(documents)
        limits = container["resources"]["limits"]
        # As many workers as cores.
        self.assertEqual(limits["cpu"], "1")
        own = {"HOST": "127.0.0.1", "PORT": 0, "ADMIN_PORT": 0}
        options = [text for text in container["args"] if not text.startswith("--log-format")]
        server = Server(self, workers=1, options=options, **settings(documents) | own)
        (start,) = wait_until(
            lambda: [line for line in server.log("wasm-serve") if "memory_total" in line],
            "the log tells the sum",
        )
        total, limit = start["memory_total"], limits["memory"]
        self.assertLessEqual(int(total.removesuffix("M")), int(limit.removesuffix("Mi")))


if __name__ == "__main__":
    unittest.main()
