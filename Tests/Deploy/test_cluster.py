"""scripts/cluster-test, with a kubectl that only says what it was asked."""

import signal

import support
from support import DIST, ROOT


class ClusterTests(support.TestCase):
    def setUp(self):
        self.port = support.free_port()
        command = (DIST / "wasm-serve", "--no-cache", "--env", f"PORT={self.port}")
        self.server = self.start(*command, "--env", "HOST=127.0.0.1", DIST / "http_server.wasm")
        self.wait_for_port(self.port, self.server)

    def check(self, restart, status):
        tools = self.folder()
        kubectl = tools / "kubectl"
        kubectl.write_text(
            f'#!/bin/sh\necho "$*"\ncase "$*" in *" rollout restart "*) {restart} ;; esac\n'
        )
        kubectl.chmod(0o755)
        return self.run_program(
            *(ROOT / "scripts/cluster-test", f"http://127.0.0.1:{self.port}/", "web", "team"),
            environment={"PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin"},
            status=status,
        ).stderr

    def test_it_asks_waits_and_restarts_and_tells_how_many_requests_failed(self):
        # (Until some requests have been answered.)
        said = self.check("sleep 0.3", status=0)
        for line in (
            "--namespace team rollout status deployment/web --timeout=3m\n",
            "--namespace team rollout restart deployment/web\n",
        ):
            self.assertIn(line, said)
        self.assertRegex(said, r"[1-9]\d* requests in three rolling updates, 0 failed")

    def test_a_request_that_fails_during_an_update_fails_the_test(self):
        said = self.check(
            f"kill -{signal.SIGKILL.value} {self.server.pid} 2>/dev/null; sleep 0.3", status=1
        )
        self.assertRegex(said, r"updates, [1-9]\d* failed")
        self.assertIn("cluster-test: of the failures: ", said)
