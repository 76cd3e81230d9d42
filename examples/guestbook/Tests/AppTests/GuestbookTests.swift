import App
import HTTPServerTesting
import Testing

struct GuestbookTests {
  private let client = TestClient(makeRoutes())

  private func sign(
    _ content: String, origin: String? = "http://localhost"
  ) -> TestResponse {
    client.post(
      "/", content, type: "application/x-www-form-urlencoded", origin.map { ["Origin": $0] } ?? [:])
  }

  @Test("What a guest writes is on the page, after a redirect to it")
  func signing() {
    let reply = sign("name=Ann&message=Hello+from+caf%C3%A9")
    #expect(reply.status == 303)
    #expect(reply["Location"] == "/")
    #expect(client.get("/").text.contains("<h2>Ann</h2>\n<p>Hello from café</p>"))
    #expect(client.get("/")["Content-Type"] == "text/html; charset=utf-8")
  }

  @Test("What a guest writes is text, and never a part of the page")
  func escaping() {
    let text = #"<script>alert("1")</script> & 'x'"#
    let escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;"
    let encoded = text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let cookie = sign("name=\(encoded)&message=\(encoded)")["Set-Cookie"]!.prefix { $0 != ";" }
    let page = client.get("/", ["Cookie": String(cookie)]).text
    #expect(page.contains("<h2>\(escaped)</h2>\n<p>\(escaped)</p>"))
    #expect(page.contains("value=\"\(escaped)\""))
    #expect(!page.contains("<script"))
  }

  @Test("The name of the last time is in the form")
  func name() throws {
    let cookie = try #require(sign("name=J%C3%BCrgen+%22J%22&message=a")["Set-Cookie"])
    #expect(cookie.hasSuffix("; Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Lax"))
    let sent = String(cookie.prefix { $0 != ";" })
    #expect(client.get("/", ["Cookie": sent]).text.contains("value=\"Jürgen &quot;J&quot;\""))
    #expect(client.get("/", ["Cookie": "guest=!"]).text.contains("value=\"\""))
  }

  @Test(
    "A form of another site is refused",
    arguments: [
      nil, "null", "http://evil.example", "http://localhost.evil.example", "http://localhost:8080",
      "localhost", "ftp://localhost",
    ])
  func otherOrigin(origin: String?) {
    #expect(sign("name=a&message=b", origin: origin).status == 403)
    #expect(!client.get("/").text.contains("<h2>"))
  }

  @Test("The same site behind a proxy with TLS is not another")
  func tls() {
    #expect(sign("name=a&message=b", origin: "https://LOCALHOST").status == 303)
  }

  @Test(
    "What is missing, empty or too long is refused",
    arguments: [
      ("name=a", 400), ("message=b", 400), ("name=a&message=+%0A", 422), ("name=&message=b", 422),
      ("name=\(String(repeating: "a", count: 51))&message=b", 422), ("name=%FF&message=b", 400),
      ("name=a&message=\(String(repeating: "b", count: 9000))", 413),
    ])
  func refused(content: String, status: Int) {
    #expect(sign(content).status == status)
    #expect(!client.get("/").text.contains("<h2>"))
  }

  @Test("However much guests write, the page is no larger than a response may be")
  func pageSize() {
    for number in 0..<30 {
      _ = sign("name=guest-\(number)-&message=\(String(repeating: "%22", count: 500))")
    }
    let page = client.get("/").text
    #expect(page.contains("guest-29-"))
  }

  @Test("Old entries make room for new ones")
  func bounded() {
    for number in 0..<101 { _ = sign("name=guest-\(number)-&message=b") }
    let page = client.get("/").text
    #expect(page.contains("guest-100-"))
    #expect(page.contains("guest-1-"))
    #expect(!page.contains("guest-0-"))
  }

  @Test("No page may frame it, and no script runs in it")
  func headers() {
    let policy = client.get("/")["Content-Security-Policy"]
    #expect(policy == "default-src 'self'; frame-ancestors 'none'")
  }
}
