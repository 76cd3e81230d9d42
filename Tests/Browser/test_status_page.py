"""The admin port's page for people, in Chromium, with its charts and without."""

import contextlib
import gzip
import unittest
import urllib.error
import urllib.request

from harness import ROOT, Browser, ModuleServer


class StatusPageTests(unittest.TestCase):
    module = "http_server.wasm"
    # What the page loads besides itself.
    parts = frozenset({"/"})

    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(Browser())

    def setUp(self):
        self.server = self.enterContext(ModuleServer(self.module, ADMIN_PORT="0", DRAIN_DELAY="0"))
        self.allow_scripts(True)

    def tearDown(self):
        # A page whose server is gone complains of that, at some time of the next test.
        self.browser.driver.get("about:blank")

    def allow_scripts(self, allowed):
        self.browser.driver.execute_cdp_cmd(
            "Emulation.setScriptExecutionDisabled", {"value": not allowed}
        )

    def open(self):
        self.browser.driver.get(self.server.admin())

    def send_requests(self, count):
        for _ in range(count):
            urllib.request.urlopen(self.server.address).close()

    def cells(self, table):
        """The cells of each row, read in one piece: the page replaces its tables by itself."""
        return self.browser.driver.execute_script(
            "return [...document.querySelectorAll(arguments[0] + ' tr')]"
            ".map(({cells}) => [...cells].map(cell => cell.innerText.trim()))",
            table,
        )

    def rows(self):
        """The figures, by what stands before them."""
        return dict(self.cells("table:first-of-type"))

    def test_it_has_the_figures_without_a_script(self):
        self.allow_scripts(False)
        self.send_requests(3)
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.urlopen(urllib.request.Request(self.server.address, method="DELETE"))
        self.open()
        self.assertIn("ready", self.browser.text())
        figures = self.rows()
        self.assertEqual(figures["Requests answered"], "4")
        self.assertEqual((figures["with 2xx"], figures["with 4xx"]), ("3", "1"))
        self.assertEqual((figures["Instances"], figures["with 5xx"]), ("1", "0"))

    def test_it_reads_them_anew_by_itself(self):
        self.open()
        self.assertEqual(self.rows()["Requests answered"], "0")
        self.send_requests(5)
        self.browser.wait_for("Requests answered 5")

    def test_it_says_when_there_is_no_answer(self):
        self.open()
        self.server.stop()
        self.browser.wait_for("no answer")

    def test_it_loads_nothing_else_and_the_browser_has_nothing_to_complain_of(self):
        self.browser.console()
        self.open()
        loaded = self.browser.driver.execute_script(
            "return performance.getEntriesByType('resource').map(entry => entry.name)"
        )
        self.assertEqual(set(loaded) - {self.server.admin() + path for path in self.parts}, set())
        self.assertEqual(self.browser.console(), [])

    def test_it_is_good_on_each_screen(self):
        for scripts in True, False:
            with self.subTest(scripts=scripts):
                self.allow_scripts(scripts)
                self.open()
                self.send_requests(3)
                if scripts:
                    self.browser.wait_for("Requests answered 3")
                # (What looks is a script, which the page's own are not then.)
                self.allow_scripts(True)
                self.browser.look(self)

    def test_text_does_not_touch_the_edge_of_a_phone(self):
        self.open()
        self.browser.emulate("phone", "light")
        left = "return document.querySelector('h1').getBoundingClientRect().left"
        self.assertGreaterEqual(self.browser.driver.execute_script(left), 16)
        self.browser.emulate("desktop", "light")


class ChartTests(StatusPageTests):
    module = "http_server-charts.wasm"
    parts = frozenset({"/", "/charts.js", "/metrics"})

    def captions(self):
        """What each chart has last, by its name."""
        return dict(caption.split(": ", 1) for caption in self.browser.read("figcaption"))

    def wait_for_chart(self, name, condition):
        def has_it():
            value = self.captions().get(name, "–")
            values = value.split(" (")[0].split(", ")
            return value != "–" and condition([float(part) for part in values])

        self.browser.wait_until(has_it)

    def test_charts_are_drawn_of_what_happens(self):
        self.open()
        self.assertEqual(
            set(self.captions()),
            {"requests/s", "4xx, 5xx/s", "p50, p99 in ms", "connections", "memory in MiB"},
        )
        self.wait_for_chart("requests/s", lambda values: values == [0])
        self.send_requests(50)
        for _ in range(20):
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(urllib.request.Request(self.server.address, method="DELETE"))

        # (Each sample is of two seconds, and shows what there was in them: something always, here.)
        def is_drawn(values):
            self.send_requests(1)
            return values[0] > 0

        self.wait_for_chart("requests/s", is_drawn)
        self.wait_for_chart("memory in MiB", lambda values: 0 < values[0] < 100)
        paths = self.browser.read("figure path", "d")
        self.assertEqual(len(paths), 7)
        for path in paths:
            self.assertRegex(path, r"^M[\d.]+ [\d.]+L")

    def test_durations_are_estimated_from_the_buckets(self):
        self.open()
        # 100 requests: half of them within 1 ms, all within 4 ms.
        quantiles = self.browser.driver.execute_script(
            """
            const sample = counts => ({buckets: [.001, .002, .004, Infinity].map(
              (bound, i) => [bound, counts[i]])});
            const last = sample([7, 7, 7, 7]), now = sample([57, 57, 107, 107]);
            return [.5, .75, 1].map(part => quantile(part, now, last))
              .concat(quantile(.5, last, last), quantile(.99, sample([7, 7, 7, 8]), last));
            """
        )
        self.assertEqual([round(value, 9) for value in quantiles], [1, 3, 4, 0, 4])

    def test_each_worker_has_a_row(self):
        with ModuleServer(self.module, workers=2, ADMIN_PORT="0", DRAIN_DELAY="0") as server:
            for _ in range(20):
                urllib.request.urlopen(server.address).close()
            for scripts in True, False:
                self.allow_scripts(scripts)

                # (A worker may have started a moment later, and tells the others later what it has
                # counted.)
                def has_all():
                    self.browser.driver.get(server.admin())
                    rows = self.cells("table:last-of-type")
                    return rows[1:][1:] and sum(int(row[2]) for row in rows[1:]) == 20 and rows

                rows = self.browser.wait_until(has_all)
                self.assertEqual(rows[0], ["Worker", "Open", "Answered", "KiB"])
                self.assertEqual([row[0] for row in rows[1:]], ["0", "1"])

    def test_the_button_asks_before_it_drains(self):
        for scripts in True, False:
            with (
                self.subTest(scripts=scripts),
                ModuleServer(
                    self.module, ADMIN_PORT="0", DRAIN_DELAY="10", DRAIN_TIMEOUT="60"
                ) as server,
            ):
                self.allow_scripts(scripts)
                self.browser.driver.get(server.admin())
                button = self.browser.find("button")
                self.assertFalse(button.is_displayed())
                self.browser.find("summary").click()
                self.assertTrue(button.is_displayed())
                with urllib.request.urlopen(f"{server.admin()}/readyz") as response:
                    self.assertEqual(response.read(), b"ready\n")
                button.click()
                self.browser.wait_for("draining")
                self.assertEqual(server.process.wait(120), 0)

    def test_the_script_is_the_one_of_the_sources(self):
        with urllib.request.urlopen(f"{self.server.admin()}/charts.js") as response:
            self.assertEqual(response.headers["Content-Encoding"], "gzip")
            self.assertEqual(response.headers["Content-Type"], "text/javascript")
            script = gzip.decompress(response.read()).decode()
        source = (ROOT / "Sources/CStatusCharts/charts.js").read_text()
        lines = [line.strip() for line in source.splitlines()]
        self.assertEqual(
            script.splitlines(), [line for line in lines if line and not line.startswith("//")]
        )

    def test_no_script_that_is_written_into_the_page_is_run(self):
        self.open()
        self.browser.driver.execute_script(
            "const script = document.createElement('script');"
            "script.textContent = 'document.title = 1'; document.body.append(script)"
        )
        self.assertEqual(self.browser.driver.title, "http_server")
        self.browser.wait_for_console("Content Security Policy")
