import HTTPServerTesting
import SeededRandom
import Testing

@testable import CodecOracle
@testable import HTTPService

/// A response that becomes an error, whatever it was before.
struct FailureTests {
  private static func type(_ response: inout Response, _ type: String) {
    response.setContentType(type.utf8.span)
  }

  private static func reply(_ handler: @escaping Handler) -> TestResponse {
    let routes = Routes()
    routes.get("/", handler)
    return TestClient(routes).get("/")
  }

  private static func values(_ reply: TestResponse, _ name: String) -> [String] {
    reply.fields.filter { $0.name.lowercased() == name }.map { $0.value }
  }

  @Test("What was said of the content is not said of the error")
  func clean() {
    func fill(_ response: inout Response) {
      response.status = .partialContent
      Self.type(&response, "image/png")
      response.addField("Content-Encoding", "gzip")
      response.addField("content-disposition", "attachment")
      response.addField("Content-Security-Policy", "default-src 'none'")
      response.addField("ETag", "\"x\"")
      response.addField("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")
      response.addField("Cache-Control", "public, max-age=31536000")
      response.addField("Vary", "Cookie")
      response.addField("WWW-Authenticate", "Bearer")
      response.write("partial")
    }
    let replies = [
      Self.reply { _, response throws(HTTPError) in
        fill(&response)
        throw HTTPError(.conflict, "no")
      },
      Self.reply { _, response in
        fill(&response)
        response.fail(.conflict, "no")
      },
    ]
    for (reply, type) in zip(replies, ["application/problem+json", "text/plain; charset=utf-8"]) {
      #expect(reply.status == 409 && !reply.text.contains("partial"))
      #expect(Self.values(reply, "content-type") == [type])
      for name in ["content-encoding", "content-disposition", "etag", "last-modified"] {
        #expect(Self.values(reply, name) == [])
      }
      #expect(Self.values(reply, "cache-control") == ["no-store"])
      for name in ["content-security-policy", "vary", "www-authenticate"] {
        #expect(Self.values(reply, name).count == 1)
      }
    }
  }

  @Test("Of any fields those about the content are dropped, and no others", arguments: 0..<50)
  func anyFields(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let names: [(StaticString, isKept: Bool)] = [
      ("ETag", false), ("x-etag", true), ("Content-Type", false), ("Vary", true), ("e", true),
      ("Content-Security-Policy", true), ("EXPIRES", false), ("Set-Cookie", true), ("Last", true),
    ]
    var response = Response(contentLimit: 1000, fieldsLimit: 8192)
    var kept: [String] = []
    var drops = false
    for _ in 0..<Int.random(in: 0..<12, using: &random) {
      let (name, isKept) = names.randomElement(using: &random)!
      let value = ["", "a:b", "etag: x", ",", "\r\nETag: 1"].randomElement(using: &random)!
      response.addField(name, value)
      if isKept { kept.append("\(name)") }
      drops = drops || !isKept
    }
    response.fail(.conflict, "no")
    let fields = text(response.fields.octets).split(separator: "\r\n").map {
      String($0.prefix { $0 != ":" })
    }
    #expect(fields == kept + (drops ? ["Cache-Control"] : []))
  }

  @Test("An error behind a file has nothing of the file")
  func rest() {
    let routes = Routes()
    routes.use { context, response, next throws(HTTPError) in
      try next(context, &response)
      throw HTTPError(.forbidden, "not for you")
    }
    routes.assets(AssetsTests.table(["/a.txt"]))
    let reply = TestClient(routes).get("/a.txt")
    #expect(reply.status == 403)
    #expect(reply.text.hasSuffix("}\n") && !reply.text.contains("/a.txt"))
  }

  @Test("There is one content type, the last one that was set")
  func oneType() {
    let reply = Self.reply { _, response in
      Self.type(&response, "image/png")
      response.json([1])
    }
    #expect(Self.values(reply, "content-type") == ["application/json"])
    let other = Self.reply { _, response in
      Self.type(&response, "image/png")
      Self.type(&response, "image/gif")
      response.write("x")
    }
    #expect(Self.values(other, "content-type") == ["image/gif"])
  }

  @Test("A problem is JSON, whatever octets a client has sent")
  func notUTF8() {
    let octets: [UInt8] = [0x61, 0xFF, 0xC3, 0x0A, 0x22]
    for error in [
      HTTPError(.badRequest, octets.span), HTTPError(.badRequest, at: octets.span, "wrong"),
    ] {
      let reply = Self.reply { _, _ throws(HTTPError) in throw error }
      #expect(reply.text.contains(#""detail":"a??\u000a\""#))
    }
    let valid = Self.reply { _, _ throws(HTTPError) in
      throw HTTPError(.badRequest, "caf\u{E9}".utf8.span)
    }
    #expect(valid.text.contains("caf\u{E9}"))
  }

  @Test(
    "Of two content types none counts, since readers take another one of them",
    arguments: ["/form", "/json", "/multipart"])
  func twoTypes(path: String) {
    let routes = Routes()
    routes.post("/form") { context, response throws(HTTPError) in _ = try context.form() }
    routes.post("/json") { context, response throws(HTTPError) in
      _ = try context.json([Int].self)
    }
    routes.post("/multipart") { context, response throws(HTTPError) in
      _ = try context.multipart()
    }
    let types = [
      "/form": "application/x-www-form-urlencoded", "/json": "application/json",
      "/multipart": "multipart/form-data; boundary=b",
    ]
    let content = path == "/json" ? "[]" : path == "/form" ? "" : "--b--"
    let client = TestClient(routes)
    #expect(client.post(path, content, type: types[path]).status == 200)
    // (A line end in a test's value begins another field.)
    let two = client.post(path, content, type: types[path]! + "\r\nContent-Type: text/plain")
    #expect(two.status == (path == "/multipart" ? 400 : 415))
  }
}
