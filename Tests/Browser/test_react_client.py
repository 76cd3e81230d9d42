"""The React client in Chromium, and the real module on wasm-serve on another origin."""

import contextlib
import socket
import unittest

from harness import Browser, ModuleServer, PageServer
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
            self.assertEqual(browser.send().text, "echo: ")

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
        self.assertIn("blocked by CORS policy", " ".join(browser.console()))


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
        self.assertIn("ERR_CONNECTION_REFUSED", " ".join(browser.console()))

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
                self.assertEqual(browser.element("outcome").text, "")

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
