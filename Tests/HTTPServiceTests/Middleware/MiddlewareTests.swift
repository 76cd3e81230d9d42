import Encodings
import HTTPCodec
import HTTPServerTesting
import Testing

@testable import HTTPService

/// The middleware that comes with the library.
struct MiddlewareTests {
  private static func client(_ use: (Routes) -> Void) -> TestClient {
    let routes = Routes()
    use(routes)
    routes.get("/") { _ in .text("in") }
    routes.post("/") { _ in .text("posted") }
    routes.get("/fails") { _, _ throws(HTTPError) in throw HTTPError(.conflict, "no") }
    return TestClient(routes)
  }

  // MARK: Authentication

  private static let secret = Array("open sesame".utf8)

  @Test("Basic authentication lets the right name and password in, and challenges others")
  func basic() {
    let client = Self.client {
      $0.use(
        .basicAuthentication(realm: "cave") { name, password in
          name == "ali" && isEqualInConstantTime(password, Self.secret.span)
        })
    }
    let right =
      "Basic "
      + String(decoding: Base64.standard.encode(Array("ali:open sesame".utf8).span), as: UTF8.self)
    #expect(client.get("/", ["Authorization": right]).text == "in")
    for wrong in ["Basic YWxpOm9wZW4=", "Basic !", "Bearer x", "Basic", ""] {
      let reply = client.get("/", ["Authorization": wrong])
      #expect(
        reply.status == 401 && reply["WWW-Authenticate"] == #"Basic realm="cave", charset="UTF-8""#)
    }
    #expect(client.get("/").status == 401)
    #expect(client.get("/none").status == 401)
  }

  @Test("A bearer token lets in, a wrong one is told apart from none")
  func bearer() {
    let client = Self.client {
      $0.use(.bearerAuthentication { isEqualInConstantTime($0, Array("abc".utf8).span) })
    }
    #expect(client.get("/", ["Authorization": "Bearer abc"]).text == "in")
    #expect(client.get("/", ["Authorization": "bearer abc"]).text == "in")
    #expect(
      client.get("/", ["Authorization": "Bearer abd"])["WWW-Authenticate"]
        == #"Bearer error="invalid_token""#)
    #expect(client.get("/")["WWW-Authenticate"] == "Bearer")
  }

  // MARK: Limits

  @Test("A client that comes too often waits, as long as it is told, and others do not")
  func rateLimit() {
    let client = Self.client { $0.use($0.rateLimit(3, seconds: 60)) }
    for _ in 0..<3 { #expect(client.get("/").status == 200) }
    let reply = client.get("/")
    #expect(reply.status == 429 && reply["Retry-After"] == "20")
    client.address = "192.0.2.7"
    #expect(client.get("/").status == 200)
    client.address = "127.0.0.1"
    client.time += 19
    #expect(client.get("/").status == 429)
    client.time += 1
    #expect(client.get("/").status == 200)
    #expect(client.get("/").status == 429)
    client.time += 3600
    for _ in 0..<3 { #expect(client.get("/").status == 200) }
    #expect(client.get("/").status == 429)
  }

  @Test("The addresses of an IPv6 /64 are one client")
  func network() {
    let client = Self.client { $0.use($0.rateLimit(1, seconds: 60)) }
    client.address = "2001:db8::1"
    #expect(client.get("/").status == 200)
    client.address = "2001:db8::2"
    #expect(client.get("/").status == 429)
    client.address = "2001:db8:0:1::1"
    #expect(client.get("/").status == 200)
  }

  @Test(
    "However many clients come, those that are told apart are bounded, and a busy one is not forgotten"
  )
  func bounded() {
    let limit = RateLimit(2, seconds: 60, clients: 64)
    #expect(limit.take(7, at: 1) == 0 && limit.take(7, at: 1) == 0)
    for key: UInt64 in 1000..<1010 { _ = limit.take(key, at: 2) }
    #expect(limit.take(7, at: 3) > 0)
    for key: UInt64 in 1000..<100_000 { #expect(limit.take(key, at: 4) <= 60) }
  }

  @Test("Content above a limit is refused")
  func bodyLimit() {
    let client = Self.client { $0.use(.bodyLimit(4)) }
    #expect(client.post("/", "1234").text == "posted")
    #expect(client.post("/", "12345").status == 413)
  }

  // MARK: Fields

  @Test("Security headers are on every response, errors and unknown paths among them")
  func securityHeaders() {
    let client = Self.client { $0.use(.securityHeaders(policy: "default-src 'none'")) }
    for path in ["/", "/fails", "/none"] {
      let reply = client.get(path)
      #expect(reply["X-Content-Type-Options"] == "nosniff")
      #expect(reply["Content-Security-Policy"] == "default-src 'none'")
    }
    #expect(
      Self.client { $0.use(.securityHeaders(policy: nil)) }.get("/")["Content-Security-Policy"]
        == nil)
  }

  @Test("Pages of the origins that a group names may read its responses, and others not")
  func cors() {
    let client = Self.client { $0.use(.cors(origins: "https://a.example, http://localhost:5173")) }
    let origin = ["Origin": "https://a.example"]
    #expect(client.get("/", origin)["Access-Control-Allow-Origin"] == "https://a.example")
    #expect(client.get("/", origin)["Vary"] == "Origin")
    #expect(client.get("/fails", origin)["Access-Control-Allow-Origin"] == "https://a.example")
    #expect(client.get("/", ["Origin": "https://b.example"])["Access-Control-Allow-Origin"] == nil)
    let preflight = client.send(
      "OPTIONS", "/", origin.merging(["Access-Control-Request-Method": "POST"]) { $1 })
    #expect(preflight.status == 204)
    #expect(preflight["Access-Control-Allow-Methods"] == "GET, HEAD, POST, OPTIONS")
    #expect(
      Self.client { $0.use(.cors(origins: "*")) }.get("/", origin)["Access-Control-Allow-Origin"]
        == "*")
    for list: StaticString in ["", "nonsense"] {
      #expect(
        Self.client { $0.use(.cors(origins: list)) }.get("/", origin)["Access-Control-Allow-Origin"]
          == nil)
    }
  }

  @Test("A preflight for more fields than there are is no fault of the service")
  func largePreflight() {
    let client = Self.client { $0.use(.securityHeaders(), .cors(origins: "https://a.example")) }
    for length in [100, 4000, 5000, 8000] {
      let reply = client.send(
        "OPTIONS", "/",
        [
          "Origin": "https://a.example", "Access-Control-Request-Method": "POST",
          "Access-Control-Request-Headers": String(repeating: "x", count: length),
        ])
      #expect(reply.status == 204)
      #expect((reply["Access-Control-Allow-Headers"] != nil) == (length <= 4096))
    }
  }

  @Test("Of groups inside each other the innermost says which pages may read a response")
  func innerOrigins() {
    let routes = Routes()
    let outer = routes.group("/outer")
    outer.use(.cors(origins: "*"))
    outer.get("/x") { _ in .text("in") }
    let inner = outer.group("/inner")
    inner.use(.cors(origins: "https://a.example"))
    inner.get("/x") { _ in .text("in") }
    inner.get("/fails") { _, _ throws(HTTPError) in throw HTTPError(.conflict, "no") }
    let client = TestClient(routes)
    func allowed(_ path: String, _ origin: String) -> [String] {
      client.get(path, ["Origin": origin]).fields
        .filter { $0.name == "Access-Control-Allow-Origin" }.map { $0.value }
    }
    for path in ["/outer/inner/x", "/outer/inner/fails"] {
      #expect(allowed(path, "https://a.example") == ["https://a.example"])
      #expect(allowed(path, "https://b.example") == [])
    }
    #expect(allowed("/outer/x", "https://b.example") == ["*"])
  }

  @Test("A response that has a tag gets no second one")
  func ownTag() {
    let routes = Routes()
    routes.use(.entityTags)
    routes.get("/") { _, response in
      response.addField("etag", "\"mine\"")
      response.write("in")
    }
    let tags = TestClient(routes).get("/").fields.filter { $0.name.lowercased() == "etag" }
    #expect(tags.map { $0.value } == ["\"mine\""])
  }

  @Test("A client that has the content already gets 304, by the tag of the content")
  func entityTags() throws {
    let client = Self.client { $0.use(.entityTags) }
    let tag = try #require(client.get("/")["ETag"])
    #expect(tag.count == 18 && client.get("/")["ETag"] == tag)
    let reply = client.get("/", ["If-None-Match": "\"x\", W/\(tag)"])
    #expect(reply.status == 304 && reply.content.isEmpty && reply["ETag"] == tag)
    #expect(client.get("/", ["If-None-Match": "\"x\""]).text == "in")
    #expect(client.get("/", ["If-Match": "\"x\""]).status == 412)
    #expect(client.get("/fails")["ETag"] == nil && client.post("/", "")["ETag"] == nil)
  }
}
