"""Makes the pictures that the docs show: the React client, on a desktop and on a phone, and the
status page.

usage: screenshot.py FOLDER
"""

import sys
import urllib.request
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

with ModuleServer(ADMIN_PORT="0", DRAIN_DELAY="0") as server, Browser(size=(560, 820)) as browser:
    for _ in range(1000):
        urllib.request.urlopen(server.address).close()
    browser.driver.get(server.admin())
    browser.driver.save_screenshot(folder / "status-page.png")
