"""What the tests of a page need: the module on wasm-serve, a web server for the page, a browser.

Each is a context manager, and ends with its block.
"""

import functools
import http.server
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections import namedtuple
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"

# What the page says came of a message: a heading, paragraphs, and the server's own words or None.
Outcome = namedtuple("Outcome", "title paragraphs text")


def environment(**settings):
    """Our own variables without those that set the server, and these settings."""
    names = re.search(r"settings=\((.*?)\)", (ROOT / "scripts/serve").read_text(), re.DOTALL)[1]
    own = {name: value for name, value in os.environ.items() if name not in names.split()}
    return own | settings


class ModuleServer:
    """The real module on wasm-serve, on a port of its own."""

    def __init__(self, module="http_server.wasm", workers=1, **settings):
        self.module = module
        self.workers = workers
        # The browser keeps its connections; a drain would leave them a second for another request.
        self.settings = {
            "HOST": "127.0.0.1",
            "PORT": "0",
            "ACCESS_LOG": "on",
            "DRAIN_TIMEOUT": "10ms",
            **settings,
        }

    def __enter__(self):
        # To append: reading it here does not change where the server writes.
        self.log = tempfile.TemporaryFile("a+")
        # What one worker logs is in the order of the requests.
        command = [DIST / "wasm-serve", "--no-cache", f"--workers={self.workers}"]
        command += [f"--env={name}={value}" for name, value in self.settings.items()]
        self.process = subprocess.Popen(
            [*command, DIST / self.module], stdout=self.log, stderr=self.log
        )
        try:
            port = self._wait_for(r"listens on 127\.0\.0\.1:(\d+)\D")
        except BaseException:
            self.__exit__()
            raise
        self.address = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_):
        self.stop()
        self.log.close()

    def admin(self):
        """The address of its admin port, which ADMIN_PORT has set."""
        return f"http://127.0.0.1:{self._wait_for(r'listens on 127.0.0.1:(.*) too')}"

    def stop(self):
        """Ends the server as a service manager would: what is in flight is answered."""
        self.process.terminate()
        try:
            self.process.wait(60)
        finally:
            self.process.kill()

    def requests(self):
        """Ends the server, and returns method and status of each request it answered."""
        self.stop()
        return re.findall(r"method=(\S+) .*status=(\d+)", self._output())

    def _output(self):
        self.log.seek(0)
        return self.log.read()

    def _wait_for(self, pattern):
        for _ in range(6000):
            has_ended = self.process.poll() is not None
            if found := re.search(pattern, self._output()):
                return found[1]
            if has_ended:
                break
            time.sleep(0.01)
        raise RuntimeError(f"wasm-serve does not serve: {self._output()}")


class PageServer:
    """Serves the built page, of two origins: by address and by name."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    def __enter__(self):
        handler = functools.partial(self.Handler, directory=DIST / "react-client")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.other_origin = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Browser:
    """Chromium without a window, with a profile of its own, and the page in it."""

    def __init__(self, language="en", size=(800, 900)):
        self.options = webdriver.ChromeOptions()
        self.options.binary_location = os.environ.get("CHROMIUM") or shutil.which("chromium")
        self.options.add_argument("--headless=new")
        self.options.add_argument(f"--window-size={size[0]},{size[1]}")
        # /dev/shm is small in many containers.
        self.options.add_argument("--disable-dev-shm-usage")
        if os.getuid() == 0:
            # Chromium's sandbox does not work for root.
            self.options.add_argument("--no-sandbox")
        self.options.add_experimental_option("prefs", {"intl.accept_languages": language})
        self.options.set_capability("goog:loggingPrefs", {"browser": "ALL"})

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.options.add_argument(f"--user-data-dir={self.profile.name}")
        # With its path selenium does not look for a driver to download.
        path = os.environ.get("CHROMEDRIVER") or shutil.which("chromedriver")
        try:
            self.driver = webdriver.Chrome(self.options, webdriver.ChromeService(path))
        except BaseException:
            self.profile.cleanup()
            raise
        return self

    def __exit__(self, *_):
        self.driver.quit()
        self.profile.cleanup()

    def element(self, name):
        return self.driver.find_element(By.ID, name)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self):
        """All that the page says."""
        return self.find("body").text

    def wait_until(self, condition):
        """Waits until this is true, and returns what it gives.

        While a page is replaced, and when a part of it was, the driver complains of what is asked.
        """
        wait = WebDriverWait(
            self.driver, 60, poll_frequency=0.02, ignored_exceptions=[WebDriverException]
        )
        return wait.until(lambda _: condition())

    def wait_for(self, text):
        """Waits until the page says this, and returns all that it says."""
        return self.wait_until(lambda: (said := self.text()) and text in said and said)

    def read(self, selector, part="innerText"):
        """This property or attribute of each such element, read in one piece: a page that renews
        itself may have other elements at the next question."""
        return self.driver.execute_script(
            "const [selector, part] = arguments;"
            "return [...document.querySelectorAll(selector)]"
            ".map(element => (element[part] ?? element.getAttribute(part)).trim())",
            selector,
            part,
        )

    def write(self, name, text):
        """Replaces what a field has, as typing or pasting does."""
        self.driver.execute_script(
            "arguments[0].focus(); arguments[0].select()", self.element(name)
        )
        # (send_keys knows no characters beyond U+FFFF.)
        self.driver.execute_cdp_cmd("Input.insertText", {"text": text})

    def fill(self, name, text, times):
        """As write, for so much that typing would take minutes."""
        self.driver.execute_script(
            """
            const [field, text, times] = arguments;
            // Not through React's own setter, which would take it for its own doing.
            const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value");
            set.call(field, text.repeat(times));
            field.dispatchEvent(new Event("input", { bubbles: true }));
            """,
            self.element(name),
            text,
            times,
        )

    def choose(self, name, value):
        Select(self.element(name)).select_by_value(value)

    def send(self, message=None):
        """Sends the message that is there, or this one. Returns what came of it."""
        if message is not None:
            self.write("message", message)
        self.find("button").click()
        return self.outcome()

    def outcome(self):
        """Waits for the end of what was sent."""
        self.wait_until(lambda: self.find_all("#outcome h2"))
        return Outcome(
            self.find("#outcome h2").text,
            [paragraph.text for paragraph in self.find_all("#outcome p")],
            next((pre.get_property("textContent") for pre in self.find_all("#outcome pre")), None),
        )

    # Devices and modes that a page must be good on: width, height, whether it is a phone.
    SCREENS = {"desktop": (1280, 900, False), "phone": (360, 740, True), "narrow": (320, 640, True)}
    MODES = ("light", "dark")

    def emulate(self, screen, mode):
        """Shows the page as this device and mode would."""
        width, height, is_phone = self.SCREENS[screen]
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "mobile": is_phone, "deviceScaleFactor": 1},
        )
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": mode}]},
        )

    def look(self, test):
        """Looks at the page as each screen shows it, in both modes: whether all of it is there."""
        try:
            for screen in self.SCREENS:
                for mode in self.MODES:
                    self.emulate(screen, mode)
                    with test.subTest(screen=screen, mode=mode):
                        test.assertEqual(self.findings(), [])
                        test.assertEqual(self.overflow(), 0)
        finally:
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    def findings(self):
        """What axe finds wrong with the page: contrast, names, landmarks and much more."""
        # What it looks at is not to be replaced meanwhile, nor by what was asked for before, which
        # has come when a later question is answered.
        self.driver.execute_async_script(
            """
            const [done] = arguments;
            for (let id = setInterval(() => {}, 1e6); id > 0; id--) clearInterval(id);
            fetch(location.href).then(answer => answer.text()).finally(() => setTimeout(done, 100));
            """
        )
        self.driver.execute_script((ROOT / ".tools/axe/axe.min.js").read_text())
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run().then(({violations}) => done(violations))"
        )
        return [
            f"{rule['id']}: {node['html']}: {node['failureSummary']}"
            for rule in found
            for node in rule["nodes"]
        ]

    def overflow(self):
        """By how many pixels the page is wider than the window."""
        return self.driver.execute_script(
            "const {scrollWidth, clientWidth} = document.scrollingElement;"
            "return scrollWidth - clientWidth"
        )

    def wait_for_console(self, text):
        """Waits until the console has this: it may have it a moment after the page."""
        said = []
        self.wait_until(lambda: said.extend(self.console()) or text in " ".join(said))

    def console(self):
        """What the browser has complained of since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]
