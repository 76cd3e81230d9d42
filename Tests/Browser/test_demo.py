"""`make serve` and `make demo`, as one who tries them in a terminal meets them."""

import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request
import uuid

from harness import ROOT, environment

ADDRESS = r"the demo: (http://localhost:(\d+)/)\?server=(http://localhost:(\d+)) "


class DemoTests(unittest.TestCase):
    """Whatever ends the demo, no process of it is left (and so none of its ports is taken)."""

    def start(self, command=("scripts/demo",), **settings):
        """Starts the demo in a session of its own, as a terminal does."""
        # All of its processes have this in their environment.
        self.mark = f"DEMO_OF_TEST={uuid.uuid4()}"
        name, _, value = self.mark.partition("=")
        self.log = self.enterContext(tempfile.TemporaryFile("a+"))
        self.demo = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(**{"PORT": "0", "PAGE_PORT": "0", name: value} | settings),
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        self.addCleanup(self.end_all)

    def end_all(self):
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.demo.wait(60)

    def processes(self):
        found = {}
        for name in filter(str.isdecimal, os.listdir("/proc")):
            # A process may end meanwhile, or be another user's.
            with contextlib.suppress(OSError):
                with open(f"/proc/{name}/environ", "rb") as file:
                    environment = file.read().split(b"\0")
                if self.mark.encode() in environment:
                    with open(f"/proc/{name}/cmdline", "rb") as file:
                        found[int(name)] = file.read().decode()
        return found

    def process(self, program):
        """The process that runs this program. (Others may have its name among their arguments.)"""
        (number,) = (
            number
            for number, line in self.processes().items()
            if line.split("\0")[0].endswith(f"/{program}")
        )
        return number

    def output(self):
        self.log.seek(0)
        return self.log.read()

    def wait_until(self, what, condition):
        for _ in range(1200):
            if result := condition():
                return result
            time.sleep(0.05)
        raise AssertionError(f"not within a minute: {what}. {self.processes()} {self.output()}")

    def wait_until_served(self):
        """Waits until both parts answer, and returns their ports."""
        found = self.wait_until("an address", lambda: re.search(ADDRESS, self.output()))
        with urllib.request.urlopen(found[1]) as page:
            self.assertIn(b"<main", page.read())
        with urllib.request.urlopen(found[3]) as answer:
            self.assertEqual(answer.read(), b"GET request processed successfully")
        return int(found[2]), int(found[4])

    def assert_nothing_is_left(self):
        self.wait_until("the end of all processes", lambda: not self.processes())

    def test_a_signal_ends_both_parts(self):
        for number, status in (
            # To the whole group, as Ctrl-C does.
            (signal.SIGINT, 0),
            (signal.SIGTERM, 0),
            (signal.SIGHUP, 0),
            (signal.SIGKILL, -signal.SIGKILL),
        ):
            for to in os.kill, os.killpg:
                with self.subTest(number.name, to=to.__name__):
                    self.start()
                    self.wait_until_served()
                    to(self.demo.pid, number)
                    self.assertEqual(self.demo.wait(60), status)
                    self.assert_nothing_is_left()

    def test_a_second_signal_does_not_wait_for_the_drain(self):
        self.start(DRAIN_TIMEOUT="60")
        ports = self.wait_until_served()
        with socket.create_connection(("127.0.0.1", ports[1])) as client:
            # The drain waits for the rest of it.
            client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n1")
            self.demo.send_signal(signal.SIGINT)
            self.wait_until("the drain", lambda: "draining" in self.output())
            self.demo.send_signal(signal.SIGINT)
            self.assertEqual(self.demo.wait(60), 128 + signal.SIGINT)
        self.assert_nothing_is_left()

    def test_the_death_of_what_has_started_it_ends_it(self):
        # (A shell with more to do does not become the last command itself.)
        self.start(("sh", "-c", "scripts/demo; exit 1"))
        self.wait_until_served()
        self.demo.kill()
        self.assert_nothing_is_left()

    def test_the_death_of_the_server_ends_the_page(self):
        self.start()
        self.wait_until_served()
        os.kill(self.process("wasm-serve"), signal.SIGKILL)
        self.assertEqual(self.demo.wait(60), 128 + signal.SIGKILL)
        self.assert_nothing_is_left()

    def test_a_part_that_cannot_start_is_named_and_the_other_ends(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            for settings, said in (
                ({"PAGE_PORT": port}, "cannot serve the page on PAGE_PORT: Address already in use"),
                ({"PORT": port, "HOST": "127.0.0.1"}, "(PORT): address already in use"),
                ({"PAGE_PORT": "here"}, "PAGE_PORT must be a number from 0 to 65535, not 'here'"),
                ({"LOG_LEVEL": "loud"}, 'LOG_LEVEL is "loud"'),
            ):
                with self.subTest(said):
                    self.start(**settings)
                    self.assertNotEqual(self.demo.wait(60), 0)
                    self.assertIn(said, self.output())
                    self.assertNotIn("Traceback", self.output())
                    self.assert_nothing_is_left()


class ServeTests(unittest.TestCase):
    """`make serve` in a terminal: what a person sees."""

    def serve(self, **settings):
        """Runs it in a terminal, sends a request, and returns what it has said."""
        person, terminal = os.openpty()
        self.addCleanup(os.close, person)
        server = subprocess.Popen(
            ["scripts/serve", "dist/http_server.wasm"],
            cwd=ROOT,
            env=environment(**{"PORT": "0", "HOST": "127.0.0.1"} | settings),
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        os.close(terminal)
        text = b""
        asked = False
        while part := self.read(person, text):
            text += part
            # (With what is behind the address: a read may end in the middle of it.)
            found = re.search(rb"(?:serves http://|listens on )([0-9.:]+)[^0-9.:]", text)
            if found and not asked:
                asked = True
                urllib.request.urlopen(f"http://{found[1].decode()}/asked").close()
                server.terminate()
        return text.decode().replace("\r\n", "\n")

    def read(self, person, text):
        """What comes next; nothing at the end, when the other side of a terminal is closed."""
        self.assertTrue(select.select([person], [], [], 60)[0], f"no more for a minute: {text}")
        with contextlib.suppress(OSError):
            return os.read(person, 4096)
        return b""

    def test_the_address_is_one_line_and_each_request_another(self):
        lines = self.serve().splitlines()
        # (What the guest warns of would be more, and is another matter.)
        lines = [line for line in lines if " warn " not in line]
        self.assertRegex(
            lines[0], r"^http_server\.wasm serves http://127\.0\.0\.1:\d+ \(\d+ workers?; Ctrl-C "
        )
        # (The signal to end may be logged first: a request is, when its answer is sent.)
        requests = [line for line in lines if " target=" in line]
        self.assertEqual(len(requests), 1, lines)
        self.assertRegex(requests[0], r"method=GET target=/asked .*status=200")
        self.assertEqual([line for line in lines if "listening" in line], [])

    def test_what_is_set_counts(self):
        self.assertNotIn("target=/asked", self.serve(ACCESS_LOG="off"))
        self.assertIn("http_server: listening ", self.serve(LOG_LEVEL="info"))
        for line in self.serve(LOG_FORMAT="json", ACCESS_LOG="on").splitlines():
            self.assertIsInstance(json.loads(line), dict)

    def test_a_misspelt_setting_is_named(self):
        said = self.serve(ADMIN_PROT="9090")
        self.assertIn("ADMIN_PROT is not a setting of the server; ADMIN_PORT is\n", said)


if __name__ == "__main__":
    unittest.main()
