"""scripts/cluster-test, with a kubectl that only says what it was asked."""

import signal

import support
from support import DIST, ROOT


class ClusterTests(support.TestCase):
    def setUp(self):
        self.port = support.free_port()
        command = (DIST / "wasm-serve", "--no-cache", "--env", f"PORT={self.port}")
        self.server = self.start(
            *command, "--env", "HOST=127.0.0.1", "--env", "ACCESS_LOG=on", DIST / "http_server.wasm"
        )
        self.wait_for_port(self.port, self.server)

    def check(self, restart, status, **environment):
        tools = self.folder()
        kubectl = tools / "kubectl"
        kubectl.write_text(
            f'#!/bin/sh\necho "$*"\ncase "$*" in *" rollout restart "*) {restart} ;; esac\n'
        )
        kubectl.chmod(0o755)
        return self.run_program(
            *(ROOT / "scripts/cluster-test", f"http://127.0.0.1:{self.port}/", "web", "team"),
            environment={"PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin"} | environment,
            status=status,
        ).stderr

    def test_it_asks_waits_and_restarts_and_tells_how_many_requests_failed(self):
        # (Until a request has been answered besides the two before.)
        log = self.server.log
        said = self.check(
            f'until [ "$(grep -c target= {log})" -ge 3 ]; do sleep 0.1; done', status=0
        )
        for line in (
            "--namespace team rollout status deployment/web --timeout=3m\n",
            "--namespace team rollout restart deployment/web\n",
        ):
            self.assertIn(line, said)
        self.assertRegex(said, r"[1-9]\d* requests in three rolling updates, 0 failed")

    def test_a_request_that_fails_during_an_update_fails_the_test(self):
        # (Until one has failed: the script has its notes of that in a folder of its own.)
        notes = self.folder()
        end = f"kill -{signal.SIGKILL.value} {self.server.pid} 2>/dev/null"
        failed = f'until [ -s "$(echo {notes}/*/errors)" ]; do sleep 0.1; done'
        said = self.check(f"{end}; {failed}", status=1, TMPDIR=str(notes))
        self.assertRegex(said, r"updates, [1-9]\d* failed")
        self.assertIn("cluster-test: of the failures: ", said)
