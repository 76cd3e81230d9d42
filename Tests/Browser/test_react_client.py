"""The React client in Chromium, and the real module on wasm-serve on another origin."""

import contextlib
import json
import socket
import subprocess
import unittest

from harness import Browser, ModuleServer, PageServer
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

UNREADABLE = "There is no answer that this page may read"
TOO_LARGE = "The message is too large (413)"


def setUpModule():
    global page, browser
    stack = contextlib.ExitStack()
    unittest.addModuleCleanup(stack.close)
    page = stack.enter_context(PageServer())
    browser = stack.enter_context(Browser())


def open_page(server, origin=None):
    browser.driver.get(f"{origin or page.origin}/?server={server}")
    browser.console()


class AnswerTests(unittest.TestCase):
    def test_the_answer_has_the_message_as_it_was_written(self):
        message = "Hello, 世界 👋🏽\n  <b>second</b> line &amp; 'quotes' \"too\" %20+ "
        with ModuleServer() as server:
            open_page(server.address)
            outcome = browser.send(message)
            self.assertEqual(outcome, ("Answer (200)", [], "echo: " + message))
            self.assertEqual(browser.console(), [])
            # text/plain needs no preflight.
            self.assertEqual(server.requests(), [("POST", "200")])

    def test_an_empty_message_has_an_answer(self):
        with ModuleServer() as server:
            open_page(server.address)
            self.assertEqual(browser.send("").text, "echo: ")

    def test_a_greeting_is_there_to_be_sent(self):
        with ModuleServer() as server:
            for language, greeting in (
                ("en", "Hello from the browser"),
                ("ja", "ブラウザーからこんにちは"),
            ):
                browser.driver.get(f"{page.origin}/?server={server.address}&lang={language}")
                self.assertEqual(browser.send().text, f"echo: {greeting}")

    def test_one_message_after_another_is_answered(self):
        with ModuleServer() as server:
            open_page(server.address)
            for message in ["first", "second", "第三"]:
                self.assertEqual(browser.send(message).text, f"echo: {message}")

    def test_json_is_sent_after_a_preflight_when_every_origin_is_allowed(self):
        self.assert_json_is_answered("*", page.origin)

    def test_json_is_sent_after_a_preflight_when_the_one_origin_of_the_page_is_allowed(self):
        self.assert_json_is_answered(page.origin, page.origin)

    def test_json_is_sent_after_a_preflight_from_each_origin_of_a_list(self):
        policy = f"https://example.com, {page.origin},{page.other_origin}"
        self.assert_json_is_answered(policy, page.origin)
        self.assert_json_is_answered(policy, page.other_origin)

    def assert_json_is_answered(self, policy, origin):
        with ModuleServer(CORS_ALLOW_ORIGIN=policy) as server:
            open_page(server.address, origin)
            browser.choose("content-type", "application/json")
            outcome = browser.send('"世界" 👋')
            self.assertEqual(outcome.text, r'echo: {"message":"\"世界\" 👋"}')
            self.assertEqual(browser.console(), [])
            self.assertEqual(server.requests(), [("OPTIONS", "204"), ("POST", "200")])


class DetailTests(unittest.TestCase):
    MESSAGE = 'it\'s "this" $HOME `x` \\ @\nand 世界 👋'

    def setUp(self):
        self.server = self.enterContext(ModuleServer())

    def send(self, message, content_type="text/plain"):
        open_page(self.server.address + "/path?a=b")
        browser.choose("content-type", content_type)
        return browser.send(message)

    def part(self, name):
        """Opens one of the details, and returns its text."""
        part = next(
            part
            for part in browser.find_all("details")
            if part.find_element(By.TAG_NAME, "summary").text == name
        )
        if not part.get_property("open"):
            part.find_element(By.TAG_NAME, "summary").click()
        return part.find_element(By.TAG_NAME, "pre").get_property("textContent")

    def facts(self):
        names, values = browser.find_all("#outcome dt"), browser.find_all("#outcome dd")
        return {name.text: value.text for name, value in zip(names, values, strict=True)}

    def test_the_time_that_it_took_and_the_name_of_the_request_are_told(self):
        self.send("hello")
        facts = self.facts()
        self.assertRegex(facts["Round trip"], r"^[0-9.]+ ms$")
        # (With the access log on each request has a name.)
        self.assertRegex(facts["Request ID"], r"^[0-9a-f]{32}$")

    def test_the_server_that_has_answered_is_named(self):
        with ModuleServer(SERVER_HEADER="web-7d4b9c-x2x9q") as server:
            open_page(server.address)
            browser.send()
            self.assertEqual(self.facts()["Answered by"], "web-7d4b9c-x2x9q")
        self.send("to a server without a name")
        self.assertNotIn("Answered by", self.facts())

    def test_both_header_sections_are_shown(self):
        self.send("hello")
        host = self.server.address.removeprefix("http://")
        self.assertEqual(
            self.part("Request headers").splitlines(),
            [
                "POST /path?a=b HTTP/1.1",
                f"Host: {host}",
                f"Origin: {page.origin}",
                "Content-Type: text/plain",
                "Content-Length: 5",
            ],
        )
        received = self.part("Response headers").splitlines()
        self.assertEqual(received[0], "200")
        self.assertIn("content-length: 11", received)
        self.assertIn("content-type: text/plain", received)

    def test_curl_sends_the_same_message(self):
        for content_type in "text/plain", "application/json":
            with self.subTest(content_type):
                outcome = self.send(self.MESSAGE, content_type)
                command = self.part("curl")
                answer = subprocess.run(
                    ["sh", "-c", command + " --silent"], capture_output=True, check=True
                )
                self.assertEqual(answer.stdout.decode(), outcome.text)

    def test_fetch_sends_the_same_message(self):
        outcome = self.send(self.MESSAGE, "application/json")
        script = self.part("fetch")
        browser.console()
        browser.driver.execute_async_script(
            f"const done = arguments[0]; (async () => {{ {script} done(); }})()"
        )
        # (The browser shows the text as JSON.)
        browser.wait_for_console(json.dumps(outcome.text, ensure_ascii=False))

    def test_a_command_can_be_copied(self):
        self.send("hello")
        command = self.part("curl")
        button = next(
            button
            for button in browser.find_all("#details button")
            if button.accessible_name == "Copy: curl"
        )
        browser.driver.execute_cdp_cmd(
            "Browser.grantPermissions",
            {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
        )
        button.click()
        self.assertIn("Copied", browser.wait_for("Copied"))
        copied = browser.driver.execute_async_script(
            "const done = arguments[0];"
            "navigator.clipboard.readText().then(done, error => done(`${error}`))"
        )
        self.assertEqual(copied, command)

    def test_the_history_has_each_exchange_and_shows_it_again(self):
        self.send("first")
        browser.fill("message", "x", 9_000)
        self.assertEqual(browser.send().title, TOO_LARGE)
        self.server.stop()
        self.assertEqual(browser.send("third").title, UNREADABLE)
        entries = browser.find_all("#history li button")
        statuses = [entry.find_element(By.CSS_SELECTOR, ".good, .bad").text for entry in entries]
        self.assertEqual(statuses, ["–", "413", "200"])
        entries[2].click()
        self.assertEqual(browser.outcome().text, "echo: first")
        self.assertEqual(entries[2].get_attribute("aria-current"), "true")
        self.assertIn("Content-Length: 5", self.part("Request headers"))
        entries[0].click()
        self.assertEqual(browser.outcome().title, UNREADABLE)
        # The message that was being written stays.
        self.assertEqual(browser.element("message").get_property("value"), "third")

    def test_the_history_is_bounded(self):
        self.send("first")
        for number in range(21):
            browser.send(f"{number}")
        self.assertEqual(len(browser.find_all("#history li")), 20)


class LookTests(unittest.TestCase):
    """On desktops and phones, in light and dark, with everything that the page can show."""

    def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(self):
        with ModuleServer() as server:
            for language in "en", "ja":
                browser.driver.get(f"{page.origin}/?server={server.address}&lang={language}")
                browser.look(self)
                browser.fill("message", "a-word-that-does-not-end", 50)
                browser.send()
                for summary in browser.find_all("summary"):
                    summary.click()
                browser.look(self)
                browser.fill("message", "x", 9_000)
                browser.send()
                browser.look(self)

    def test_axe_is_asked(self):
        open_page("http://localhost:1")
        browser.driver.execute_script("document.querySelector('h1').style.color = '#99a'")
        self.assertIn("color-contrast", " ".join(browser.findings()))

    def test_it_loads_nothing_from_elsewhere(self):
        open_page("http://localhost:1")
        loaded = browser.driver.execute_script(
            "return performance.getEntriesByType('resource').map(entry => entry.name)"
        )
        self.assertEqual([url for url in loaded if not url.startswith(page.origin)], [])


class OriginTests(unittest.TestCase):
    def test_a_page_of_an_origin_that_is_not_allowed_cannot_read_the_answer(self):
        # A port is part of an origin, and so is the name of a host.
        for policy in [page.other_origin, "http://127.0.0.1", "https://example.com", ""]:
            with self.subTest(policy=policy), ModuleServer(CORS_ALLOW_ORIGIN=policy) as server:
                open_page(server.address)
                self.assert_unreadable(browser.send("for no eyes"), server)
                # It was sent all the same: CORS keeps the answer, not the message.
                self.assertEqual(server.requests(), [("POST", "200")])

    def test_json_of_a_page_whose_origin_is_not_allowed_is_not_sent(self):
        with ModuleServer(CORS_ALLOW_ORIGIN=page.other_origin) as server:
            open_page(server.address)
            browser.choose("content-type", "application/json")
            self.assert_unreadable(browser.send("for no eyes"), server)
            self.assertEqual(server.requests(), [("OPTIONS", "204")])

    def assert_unreadable(self, outcome, server):
        self.assertEqual((outcome.title, outcome.text), (UNREADABLE, None))
        self.assertNotIn("echo:", browser.text())
        # What the page says may be the reason, with the names that are needed to mend it.
        self.assertIn(server.address, " ".join(outcome.paragraphs))
        self.assertIn(page.origin, " ".join(outcome.paragraphs))
        # As the page says, the console knows.
        browser.wait_for_console("blocked by CORS policy")


class RefusalTests(unittest.TestCase):
    # Just over the limit, and so much that the answer comes while the browser still sends.
    sizes = [9_000, 5_000_000]

    def test_too_large_a_message_is_said_to_be_when_every_origin_is_allowed(self):
        self.assert_too_large("*")

    def test_too_large_a_message_is_said_to_be_when_the_page_is_of_a_list(self):
        self.assert_too_large(f"https://example.com,{page.origin}")

    def assert_too_large(self, policy):
        with ModuleServer(CORS_ALLOW_ORIGIN=policy) as server:
            open_page(server.address)
            for size in self.sizes:
                with self.subTest(size=size):
                    browser.fill("message", "x", size)
                    outcome = browser.send()
                    self.assertEqual(
                        (outcome.title, outcome.text), (TOO_LARGE, "the request is too large\n")
                    )
            # The next message is answered again.
            self.assertEqual(browser.send("short").text, "echo: short")
            self.assertEqual(
                server.requests(), [("POST", "413")] * len(self.sizes) + [("POST", "200")]
            )

    def test_another_refusal_is_shown_with_its_status_and_the_words_of_the_server(self):
        with ModuleServer() as server:
            open_page(server.address)
            browser.fill("server", server.address + "/x", 400)
            outcome = browser.send("hello")
            self.assertEqual(outcome.title, "The server refused the message (414)")
            self.assertEqual(outcome.text, "the request target is too long\n")

    def test_a_server_that_has_gone_away_is_said_to_be_one_possible_reason(self):
        with ModuleServer() as server:
            open_page(server.address)
            self.assertEqual(browser.send("hello").text, "echo: hello")
            server.stop()
            outcome = browser.send("hello?")
        self.assertEqual((outcome.title, outcome.text), (UNREADABLE, None))
        self.assertIn(f"No server answers at {server.address}.", outcome.paragraphs[1])
        browser.wait_for_console("ERR_CONNECTION_REFUSED")

    def test_a_server_that_says_nothing_is_given_up_at_the_time_limit(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            open_page(f"http://127.0.0.1:{silent.getsockname()[1]}")
            browser.write("seconds", "1")
            outcome = browser.send("hello?")
        self.assertEqual((outcome.title, outcome.text), ("No answer within 1 s", None))


class FormTests(unittest.TestCase):
    def test_the_address_of_the_server_can_be_changed_and_is_remembered(self):
        with ModuleServer() as first, ModuleServer() as second:
            open_page(first.address)
            browser.send("to the first")
            browser.write("server", second.address + "/any/path")
            self.assertEqual(browser.send("to the second").text, "echo: to the second")
            browser.driver.refresh()
            self.assertEqual(
                browser.element("server").get_property("value"), second.address + "/any/path"
            )
            self.assertEqual(browser.send("again").text, "echo: again")
            self.assertEqual(first.requests(), [("POST", "200")])
            self.assertEqual(second.requests(), [("POST", "200")] * 2)

    def test_without_another_address_it_is_the_one_of_make_serve(self):
        browser.driver.get(page.origin)
        self.assertEqual(browser.element("server").get_property("value"), "http://localhost:1234")

    def test_an_address_without_http_is_complained_of_and_not_sent_to(self):
        for address in ["localhost:1234", "ftp://localhost", "hello", ""]:
            with self.subTest(address=address):
                open_page(address)
                browser.find("button").click()
                self.assertNotEqual(browser.element("server").get_property("validationMessage"), "")
                self.assertIn("Nothing is sent yet.", browser.element("outcome").text)

    def test_the_language_is_the_one_of_the_browser(self):
        open_page("http://localhost:1")
        self.assert_language("en", "Send")
        with Browser(language="fr,ja-JP,en") as japanese:
            japanese.driver.get(page.origin)
            self.assertEqual(japanese.find("button").text, "送信")
            self.assertEqual(japanese.find("html").get_attribute("lang"), "ja")

    def test_the_language_can_be_changed_and_is_remembered(self):
        with ModuleServer(CORS_ALLOW_ORIGIN="https://example.com") as server:
            open_page(server.address)
            self.assertEqual(browser.send("hello").title, UNREADABLE)
            browser.choose("language", "ja")
            self.assert_language("ja", "送信")
            # What is there already as well.
            self.assertEqual(browser.outcome().title, "このページから読める応答がありません")
            browser.driver.refresh()
            self.assert_language("ja", "送信")
            browser.choose("language", "en")
            self.assert_language("en", "Send")

    def assert_language(self, language, send):
        self.assertEqual(browser.find("button").text, send)
        self.assertEqual(browser.find("html").get_attribute("lang"), language)
        self.assertEqual(browser.driver.title, browser.find("h1").text)

    def test_each_field_has_a_name_and_the_outcome_is_announced(self):
        open_page("http://localhost:1")
        names = [field.accessible_name for field in browser.find_all("input, select, textarea")]
        self.assertEqual(
            names,
            ["Language", "Server address", "Content type", "Time limit in seconds", "Message"],
        )
        self.assertEqual(browser.element("outcome").aria_role, "status")
        self.assertEqual(browser.element("outcome").get_attribute("aria-live"), "polite")

    def test_all_can_be_done_with_the_keyboard(self):
        with ModuleServer() as server:
            open_page(server.address)
            order = []
            for _ in range(6):
                self.press(Keys.TAB)
                order.append(browser.driver.switch_to.active_element.get_attribute("id"))
            self.assertEqual(
                order, ["language", "server", "content-type", "seconds", "message", ""]
            )
            self.press(Keys.SHIFT, Keys.TAB)
            self.press(Keys.CONTROL, "a")
            self.press("typed", Keys.TAB, Keys.ENTER)
            self.assertEqual(browser.outcome().text, "echo: typed")
            # The focus stays for the next message.
            self.press(Keys.SHIFT, Keys.TAB)
            self.press(Keys.END, " again", Keys.CONTROL, Keys.ENTER)
            self.assertEqual(browser.outcome().text, "echo: typed again")

    def press(self, *keys):
        browser.driver.switch_to.active_element.send_keys(*keys)


if __name__ == "__main__":
    unittest.main()
