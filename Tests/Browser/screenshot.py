"""Makes the pictures that the docs show: the React client in each of its languages, and the status
page.

usage: screenshot.py FOLDER
"""

import sys
import urllib.request
from pathlib import Path

from harness import Browser, ModuleServer, PageServer

LANGUAGES = {"en": "react-client.png", "ja": "react-client.ja.png"}

folder = Path(sys.argv[1])
# The port that the page has at first.
with PageServer() as page, ModuleServer(PORT="1234"), Browser(size=(720, 860)) as browser:
    for language, name in LANGUAGES.items():
        browser.driver.get(f"{page.origin}/?lang={language}")
        browser.choose("content-type", "application/json")
        browser.send("Hello, 世界 👋")
        browser.driver.save_screenshot(folder / name)

with ModuleServer(ADMIN_PORT="0", DRAIN_DELAY="0") as server, Browser(size=(560, 820)) as browser:
    for _ in range(1000):
        urllib.request.urlopen(server.address).close()
    browser.driver.get(server.admin())
    browser.driver.save_screenshot(folder / "status-page.png")
