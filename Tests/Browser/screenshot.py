"""Makes the pictures of the React client that the docs show, one in each of its languages.

usage: screenshot.py FOLDER
"""

import sys
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
