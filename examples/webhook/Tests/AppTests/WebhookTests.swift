import App
import HTTPServer
import HTTPServerTesting
import Testing

struct WebhookTests {
  private static let secret = Array("a secret of at least 32 octets...".utf8)
  private let client = TestClient(makeRoutes(secret: secret))
  private static let event = #"{"id":"e1","type":"paid"}"#

  /// Sends an event, with a signature that is right unless something else is given.
  private func send(
    _ content: String = event, at time: Int64 = 1_800_000_000, secret: [UInt8] = secret,
    signed: String? = nil, prefix: String = "sha256="
  ) -> TestResponse {
    let text = Array((signed ?? "\(time).\(content)").utf8)
    let code = HMACSHA256.code(of: text.span, key: secret.span)
    let digits = String(decoding: Hexadecimal.encode(code.span), as: UTF8.self)
    return client.post(
      "/events", content, type: "application/json",
      ["X-Timestamp": "\(time)", "X-Signature": prefix + digits])
  }

  @Test("An event that is signed is taken")
  func accepted() {
    #expect(send().status == 202)
  }

  @Test("A signature is that of RFC 4231's algorithm, in either case of the digits")
  func known() {
    // echo -n '1800000000.{"id":"e1","type":"paid"}' | openssl dgst -sha256 -hmac 'a secret ...'
    let digits = "e81b7a4ee0ee5eb0d1e4a324ea849d7042c03118d30887e6e1f2cd78c1fb524a"
    for digits in [digits, digits.uppercased()] {
      let reply = client.post(
        "/events", Self.event, type: "application/json",
        ["X-Timestamp": "1800000000", "X-Signature": "sha256=\(digits)"])
      #expect(reply.status == 202)
    }
  }

  @Test("An event that another has signed, or that was changed, is refused")
  func forged() {
    #expect(send(secret: Array("another secret of 32 octets.....".utf8)).status == 403)
    #expect(send(signed: "1800000000.{}").status == 403)
    #expect(send(signed: "1799999999.\(Self.event)").status == 403)
    #expect(send(prefix: "").status == 403)
    #expect(send(prefix: "sha1=").status == 403)
    #expect(send(prefix: "sha256=00").status == 403)
    #expect(client.post("/events", Self.event, type: "application/json").status == 403)
  }

  @Test(
    "An event is taken for five minutes, and not again later",
    arguments: [(0, 202), (300, 202), (301, 403), (-300, 202), (-301, 403), (86_400, 403)])
  func replayed(after seconds: Int64, status: Int) {
    client.time += seconds
    #expect(send().status == status)
  }

  @Test("What is signed is examined like anything else")
  func malformed() {
    #expect(send(#"{"id":"e1"}"#).status == 422)
    #expect(send("{").status == 400)
  }
}
