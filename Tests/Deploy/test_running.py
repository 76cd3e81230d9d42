"""The rendered Deployment, running: pods of overlays/local behind a proxy, under load."""

import atexit
import concurrent.futures
import contextlib
import json
import shutil
import time
import unittest

import registry
from deployment import Deployment
from manifests import DEPLOY, render, render_with, seconds, server_container, settings
from node import Node
from proxy import Proxy
from support import ROOT, TestCase, wait_until
from traffic import Traffic

PODS = 3


class RunningTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """The way of its users: push, which pins the digest in the overlay, render, apply."""
        # (Ctrl-C skips class cleanups.)
        atexit.register(cls.doClassCleanups)
        test = TestCase()
        cls.addClassCleanup(test.doCleanups)
        host = registry.start_registry(test)
        cls.deploy = test.folder() / "deploy"
        shutil.copytree(DEPLOY, cls.deploy)
        overlay = cls.deploy / "overlays" / "local"
        push = {"REGISTRY": host, "OVERLAY": str(overlay), "TLS_VERIFY": "false"}
        test.run_program(
            ROOT / "scripts/push", environment=registry.without_settings() | push, alone=True
        )
        cls.documents = render(overlay)
        cls.node = cls.enterClassContext(Node())
        cls.service = Deployment(cls.node, cls.documents, PODS)
        cls.pods = cls.service.pods

    def with_setting(self, setting):
        """The overlay's documents with another setting, which makes the pods other ones."""
        change = {"name": "wasm-http-server", "behavior": "merge", "literals": [setting]}
        return render_with("local", "configMapGenerator", change, self.deploy)

    def setUp(self):
        """Three pods: those that the test before has left, and new ones."""
        self.service.start()

    @contextlib.contextmanager
    def proxy(self, **options):
        with Proxy(**options) as proxy:
            for pod in self.pods:
                proxy.add(pod)
            yield proxy

    def moves_on(self, traffic, requests=100):
        """Waits for so many answers more."""
        enough = traffic.answered + requests
        wait_until(lambda: traffic.answered >= enough, f"{requests} answers")

    def test_a_rolling_update_loses_no_request(self):
        with self.proxy(retries=0, interval="200ms") as proxy:
            with Traffic(proxy.port) as traffic:
                self.moves_on(traffic)
                statuses = self.service.roll(self.with_setting("SERVER_HEADER=second"), proxy)
                for client in traffic.clients:
                    client.servers.clear()
                self.moves_on(traffic)
            figures = proxy.figures()
        self.assertEqual(traffic.failures, [])
        self.assertEqual(statuses, [0] * PODS)
        # All goes to the new pods, and the proxy had nothing to make good.
        self.assertEqual(set().union(*(client.servers for client in traffic.clients)), {"second"})
        self.assertEqual((figures["wretr"], figures["wredis"]), ("0", "0"))
        # The next test is to have the old ones again.
        self.service.remove()
        self.service.documents = self.documents

    def test_of_a_pod_that_is_killed_only_the_requests_in_flight_are_lost(self):
        victim = self.pods[0]
        # The proxy does not look at its pods meanwhile: it finds out when it connects.
        with self.proxy(retries=3, interval="10m") as proxy:
            with Traffic(proxy.port) as traffic:
                self.moves_on(traffic)
                self.assertGreater(int(proxy.figures(victim)["stot"]), 0)
                victim.kill()
                self.moves_on(traffic, 1000)
                lost = len(traffic.failures)
                # A client has one request in flight at the most.
                self.assertLessEqual(max(len(client.failures) for client in traffic.clients), 1)
                # Further ones were tried elsewhere.
                self.assertGreater(int(proxy.figures()["wredis"]), 0)
                # Started anew, as the kubelet does, it gets its part again.
                victim.restart()
                victim.wait_until_ready()
                before = int(proxy.figures(victim)["stot"])
                wait_until(lambda: int(proxy.figures(victim)["stot"]) > before, "it is used again")
                self.moves_on(traffic)
            self.assertEqual(len(traffic.failures), lost)

    def test_a_pod_that_is_deleted_drains_and_ends_in_time_with_status_0(self):
        pod = self.pods.pop()
        began = time.monotonic()
        # (137 would be the SIGKILL at the end of the grace period.)
        self.assertEqual(pod.delete(), 0)
        # Not before proxies could know.
        took = time.monotonic() - began
        self.assertGreaterEqual(took, seconds(settings(self.documents)["DRAIN_DELAY"]))
        self.assertIn('"drained"', pod.last_log)

    def test_a_request_in_flight_is_answered_although_sigterm_follows_prestop_at_once(self):
        # (The time of a request is not the matter here.)
        pod = self.node.start(self.with_setting("REQUEST_TIMEOUT=60"))
        pod.wait_until_ready()
        with pod.connect() as connection, concurrent.futures.ThreadPoolExecutor() as pool:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nin ")
            wait_until(lambda: pod.metric("http_connections_open") == 1, "the pod has the request")
            deletion = pool.submit(pod.delete)
            self.assertTrue(pod.signalled.wait(60))
            connection.sendall(b"flight")
            with connection.makefile("rb") as answer:
                self.assertIn(b"echo: in flight", answer.read())
            self.assertEqual(deletion.result(), 0)

    def test_probes_answer_as_they_should(self):
        pod = self.pods[0]
        # (A busy machine may need more than the second that a probe has.)
        for probe in "startupProbe", "livenessProbe", "readinessProbe":
            wait_until(lambda probe=probe: pod.probe(probe), f"the {probe} succeeds")
        drained = self.node.start(self.with_setting("DRAIN_DELAY=600"))
        drained.wait_until_ready()
        drained.get(drained.container["lifecycle"]["preStop"])
        self.assertFalse(drained.probe("readinessProbe"))
        wait_until(lambda: drained.probe("livenessProbe"), "it is alive while it drains")
        self.assertFalse(drained.probe("readinessProbe"))
        wait_until(lambda: pod.probe("readinessProbe"), "the other one is ready still")
        drained.remove()

    def test_the_settings_of_the_configmap_hold(self):
        pod = self.node.start(self.with_setting("CORS_ALLOW_ORIGIN=https://a.example"))
        pod.wait_until_ready()
        for origin, allowed in ("https://a.example", True), ("https://b.example", False):
            with self.subTest(origin):
                headers = pod.request({"Origin": origin}).headers
                expected = origin if allowed else None
                self.assertEqual(headers["Access-Control-Allow-Origin"], expected)

        # LOG_FORMAT and ACCESS_LOG: a line of JSON from everyone who has something to say.
        def loggers():
            return {json.loads(line)["logger"] for line in pod.log().splitlines()}

        everyone = {"access", "http_server", "wasm-serve"}
        wait_until(lambda: loggers() >= everyone, "all have written")
        self.assertEqual(loggers(), everyone)
        pod.remove()

    def test_the_pods_run_the_image_that_was_pushed(self):
        pinned = server_container(self.documents)["image"]
        self.assertRegex(pinned, r"^127\.0\.0\.1:\d+/wasm-http-server@sha256:[0-9a-f]{64}$")
        self.assertEqual(self.pods[0].inspect("ImageDigest"), pinned.partition("@")[2])

    def test_the_process_has_no_right_that_it_does_not_need(self):
        process = self.pods[0].process()
        self.assertEqual(process["Uid"], ["65532"] * 4)
        self.assertEqual(process["Gid"], ["65532"] * 4)
        for capabilities in "CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb":
            self.assertEqual(int(process[capabilities][0], 16), 0)
        self.assertEqual(process["NoNewPrivs"], ["1"])
        self.assertEqual(process["Seccomp"], ["2"])  # a filter
        self.assertEqual(self.pods[0].inspect("HostConfig.ReadonlyRootfs"), "true")

    def test_an_idle_pod_stays_below_the_memory_that_it_asks_for(self):
        resident = int(self.pods[0].process()["VmRSS"][0]) * 1024
        asked = server_container(self.documents)["resources"]["requests"]["memory"]
        self.assertLess(resident, int(asked.removesuffix("Mi")) * 2**20)


if __name__ == "__main__":
    unittest.main()
