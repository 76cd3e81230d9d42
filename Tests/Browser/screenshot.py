"""Makes the pictures that the docs show: the React client, on a desktop and on a phone, and the
status page.

usage: screenshot.py FOLDER
"""

import http.client
import sys
import threading
import time
from pathlib import Path

from harness import Browser, ModuleServer, PageServer

# Each picture of the client: its name, language, mode, and window.
CLIENT = (
    ("react-client.png", "en", "light", (1100, 850, 1)),
    ("react-client.ja.png", "ja", "dark", (1100, 850, 1)),
    ("react-client.phone.png", "en", "dark", (390, 1250, 1)),
)


def show(browser, mode, size):
    width, height, scale = size
    browser.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 500},
    )
    browser.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": mode}]},
    )


folder = Path(sys.argv[1])
# The port that the page has at first.
with (
    PageServer() as page,
    ModuleServer(PORT="1234", SERVER_HEADER="web-7d4b9c-x2x9q") as server,
    Browser() as browser,
):
    for name, language, mode, size in CLIENT:
        show(browser, mode, size)
        browser.driver.get(f"{page.origin}/?lang={language}")
        browser.send()
        browser.fill("message", "x", 9_000)
        browser.send()
        browser.choose("content-type", "application/json")
        browser.send("Hello, 世界 👋")
        for summary in browser.find_all("summary")[2:3]:
            summary.click()
        browser.driver.execute_script("document.activeElement.blur(); scrollTo(0, 0)")
        browser.driver.save_screenshot(folder / name)

# Each picture of the status page: its name, module, mode, and window.
STATUS = (
    ("status-page.png", "http_server.wasm", "light", (560, 760, 1)),
    ("status-page.charts.png", "http_server-charts.wasm", "light", (1000, 1080, 1)),
    ("status-page.phone.png", "http_server-charts.wasm", "dark", (390, 1080, 1)),
)


def send_some(address, rounds):
    """Requests at a pace that goes up and down, some to be refused, on connections that stay."""
    host = address.removeprefix("http://")
    connections = [http.client.HTTPConnection(host) for _ in range(24)]
    for number in range(rounds):
        for place in range(20 + 15 * (number % 17)):
            method = "DELETE" if place == 3 and number % 9 < 5 else "POST"
            connection = connections[place % (4 + number % 20)]
            connection.request(method, "/", b"x" * 100 * (number % 5))
            connection.getresponse().read()
        time.sleep(0.1)
    for connection in connections:
        connection.close()


for name, module, mode, size in STATUS:
    with (
        ModuleServer(module, workers=2, ADMIN_PORT="0", DRAIN_DELAY="0") as server,
        Browser() as browser,
    ):
        show(browser, mode, size)
        browser.driver.get(server.admin())
        rounds = 400 if "charts" in module else 20
        load = threading.Thread(target=send_some, args=(server.address, rounds))
        load.start()
        if "charts" in module:
            # Some samples.
            time.sleep(40)
        else:
            load.join()
            time.sleep(2.5)
        browser.driver.save_screenshot(folder / name)
        load.join()
