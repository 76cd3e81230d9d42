"""What a page of another origin can do at the admin port, in Chromium: nothing."""

import http.server
import threading
import unittest
import urllib.error
import urllib.request

from harness import Browser, ModuleServer

# A name that its DNS server turns into the loopback address when the page is there.
REBOUND = "evil.example"

# Everything that a page can have sent, each waited for. What it could read is told.
ATTACK = """
const [admin, done] = arguments;
const read = [];
const frame = (action, method) => new Promise(resolve => {
  const frame = document.createElement("iframe");
  frame.name = `frame${document.forms.length}`;
  document.body.append(frame);
  const form = document.createElement("form");
  Object.assign(form, {action, method, target: frame.name});
  document.body.append(form);
  frame.onload = () => {
    try { read.push(frame.contentDocument.body.textContent); } catch {}
    resolve();
  };
  form.submit();
});
const load = (tag, property, url) => new Promise(resolve => {
  const element = document.createElement(tag);
  element.onload = element.onerror = resolve;
  element[property] = url;
  document.body.append(element);
});
const ask = async (path, options) => {
  try {
    const response = await fetch(admin + path, options);
    if (response.ok) read.push(await response.text());
  } catch {}
};
(async () => {
  for (const path of ["/metrics", "/", "/drain"]) {
    await load("img", "src", admin + path);
    await load("script", "src", admin + path);
    await frame(admin + path, "post");
    await frame(admin + path, "get");
    for (const method of ["GET", "POST"]) {
      await ask(path, {method});
      await ask(path, {method, mode: "no-cors"});
      await ask(path, {method, headers: {Drain: "now"}});
      await ask(path, {method, headers: {"Content-Type": "application/json"}});
    }
    navigator.sendBeacon(admin + path, "");
  }
  done(read);
})();
"""


class Page(http.server.BaseHTTPRequestHandler):
    """An empty page at every path."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>a page</title><body></body>")

    def log_message(self, *_):
        pass


class AdminPortTests(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(ModuleServer(ADMIN_PORT="0", DRAIN_DELAY="0"))
        self.admin_port = self.server.admin().rpartition(":")[2]
        browser = Browser()
        # (Chromium would look for a proxy, and for its maker's servers.)
        browser.options.add_argument(f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1")
        browser.options.add_argument("--no-proxy-server")
        self.browser = self.enterContext(browser)
        self.browser.driver.set_script_timeout(120)
        pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        self.addCleanup(pages.server_close)
        self.addCleanup(pages.shutdown)
        self.page_port = pages.server_port

    def attack(self, page, admin):
        """What a page could read of the admin port at this address."""
        self.browser.driver.get(page)
        return self.browser.driver.execute_async_script(ATTACK, admin)

    def assert_it_serves(self):
        with urllib.request.urlopen(f"{self.server.admin()}/readyz") as response:
            self.assertEqual(response.read(), b"ready\n")
        with urllib.request.urlopen(self.server.address) as response:
            self.assertEqual(response.status, 200)

    def test_a_page_of_another_origin_neither_drains_nor_reads(self):
        for host in "127.0.0.1", "localhost", REBOUND:
            page = f"http://{host}:{self.page_port}/"
            for name in "127.0.0.1", "localhost", REBOUND:
                with self.subTest(page=page, admin=name):
                    read = self.attack(page, f"http://{name}:{self.admin_port}")
                    self.assertEqual(read, [])
                    self.assert_it_serves()

    def test_a_page_whose_name_is_rebound_to_the_admin_port_is_another_origin_still(self):
        # To the browser the page and the port are one origin now: only the name is a stranger's.
        origin = f"http://{REBOUND}:{self.admin_port}"
        read = self.attack(f"{origin}/", origin)
        self.assertEqual([text for text in read if "the admin port goes by" not in text], [])
        self.assert_it_serves()

    def test_the_page_of_the_port_itself_may(self):
        origin = self.server.admin()
        self.assertTrue(any("http_requests_total" in text for text in self.attack(origin, origin)))
        self.browser.wait_until(self.has_drained)

    def has_drained(self):
        try:
            urllib.request.urlopen(f"{self.server.admin()}/readyz").close()
        except (urllib.error.URLError, ConnectionError):
            return True
        return False
