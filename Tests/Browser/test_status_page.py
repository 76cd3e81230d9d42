"""The admin port's page for people, in Chromium."""

import contextlib
import unittest
import urllib.error
import urllib.request

from harness import Browser, ModuleServer
from selenium.webdriver.support.ui import WebDriverWait


class StatusPageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(Browser())

    def setUp(self):
        self.server = self.enterContext(ModuleServer(ADMIN_PORT="0", DRAIN_DELAY="0"))
        self.allow_scripts(True)

    def allow_scripts(self, allowed):
        self.browser.driver.execute_cdp_cmd(
            "Emulation.setScriptExecutionDisabled", {"value": not allowed}
        )

    def open(self):
        self.browser.driver.get(self.server.admin())

    def send_requests(self, count):
        for _ in range(count):
            urllib.request.urlopen(self.server.address).close()

    def rows(self):
        """The figures, by what stands before them."""
        return dict(row.text.rsplit(" ", 1) for row in self.browser.find_all("tr"))

    def wait_until_it_says(self, text):
        WebDriverWait(self.browser.driver, 30).until(lambda _: text in self.browser.text())

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
        self.wait_until_it_says("Requests answered 5")

    def test_it_says_when_there_is_no_answer(self):
        self.open()
        self.server.stop()
        self.wait_until_it_says("no answer")

    def test_it_loads_nothing_else_and_the_browser_has_nothing_to_complain_of(self):
        self.browser.console()
        self.open()
        loaded = self.browser.driver.execute_script(
            "return performance.getEntriesByType('resource').map(entry => entry.name)"
        )
        self.assertEqual(set(loaded) - {f"{self.server.admin()}/"}, set())
        self.assertEqual(self.browser.console(), [])
