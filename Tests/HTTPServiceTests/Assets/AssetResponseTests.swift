import HTTPServerTesting
import Testing

@testable import HTTPService

/// Embedded files as responses.
struct AssetResponseTests {
  private static var client: TestClient {
    let routes = Routes()
    let assets = AssetsTests.table(["/a.txt", "/b", "/docs/index.html", "/index.html", "/x y"])
    routes.group("/static").assets(assets)
    routes.assets(assets)
    let client = TestClient(routes)
    client.pieceSize = 3
    return client
  }

  @Test(
    "A path is that of a file, decoded once; a folder is its index",
    arguments: [
      ("/a.txt", "/a.txt"), ("/static/a.txt", "/a.txt"), ("/", "/index.html"),
      ("/static/", "/index.html"), ("/docs/", "/docs/index.html"), ("/x%20y", "/x y"),
      ("/%61.txt", "/a.txt"), ("/a.txt?v=1", "/a.txt"),
    ])
  func found(target: String, text: String) {
    let reply = Self.client.get(target)
    #expect(reply.status == 200 && reply.text == text)
    #expect(reply["Content-Type"] == "text/plain" && reply["Cache-Control"] == "no-cache")
    #expect(reply["ETag"] == #""0123456789abcdef""# && reply["Accept-Ranges"] == "bytes")
  }

  @Test(
    "What is no file is a 404, whatever way it is written",
    arguments: [
      "/none", "/a.txt/", "/%2561.txt", "/docs/../a.txt", "/docs/%2e%2e/a.txt", "//a.txt",
      "/static",
      "/static//a.txt", "/docs%2Findex.html", "/docs%2f", "/static/docs%2Findex.html", "/x+y",
      "/%FF", "/" + String(repeating: "a", count: 5000),
    ])
  func notFound(target: String) {
    #expect(Self.client.get(target).status == 404)
  }

  @Test("A folder without its slash is redirected to where its index is, with its query")
  func redirected() {
    for (target, location) in [
      ("/docs", "/docs/"), ("/static/docs", "/static/docs/"), ("/docs?a=/b&c", "/docs/?a=/b&c"),
      ("/docs?", "/docs/?"), ("http://localhost/docs?a", "/docs/?a"),
    ] {
      let reply = Self.client.get(target)
      #expect(reply.status == 308 && reply["Location"] == location)
    }
  }

  @Test("A query that is too long for a field is refused, and no fault of the service")
  func longQuery() {
    let client = Self.client
    client.maxRequestSize = 65_536
    for (length, status) in [(4000, 308), (5000, 414), (9000, 414), (60_000, 414)] {
      #expect(client.get("/docs?" + String(repeating: "a", count: length)).status == status)
    }
  }

  @Test("A client that takes gzip gets it where there is one, with a tag and Vary of its own")
  func compressed() {
    let reply = Self.client.get("/b", ["Accept-Encoding": "br, gzip"])
    #expect(reply.text == "zip" && reply["Content-Encoding"] == "gzip")
    #expect(reply["Vary"] == "Accept-Encoding" && reply["ETag"] == #""0123456789abcdef-gzip""#)
    #expect(reply["Cache-Control"] == "public, max-age=31536000, immutable")
    for coding in ["identity", "gzip;q=0", "br"] {
      let plain = Self.client.get("/b", ["Accept-Encoding": coding])
      #expect(plain.text == "/b" && plain["Content-Encoding"] == nil)
      #expect(plain["Vary"] == "Accept-Encoding")
    }
    #expect(Self.client.get("/b").text == "/b")
    #expect(Self.client.get("/a.txt", ["Accept-Encoding": "gzip"])["Vary"] == nil)
  }

  @Test(
    "What is not sent of a file is not kept as long as the file, nor has it its tag or its coding",
    arguments: [
      (["Range": "bytes=99-"], 416), (["If-Match": "\"x\""], 412),
      (["If-Match": "\"x\"", "Accept-Encoding": "gzip"], 412),
    ])
  func refused(fields: [String: String], status: Int) {
    let reply = Self.client.get("/b", fields)
    #expect(reply.status == status && reply["Cache-Control"] == "no-store")
    #expect(reply["ETag"] == nil && reply["Content-Encoding"] == nil)
    #expect(reply["Vary"] == "Accept-Encoding")
    #expect(reply["Content-Range"] == (status == 416 ? "bytes */2" : nil))
    #expect(reply["Content-Type"] == "application/problem+json")
  }

  @Test("A client that has the file already gets 304")
  func notModified() {
    let tag = #""0123456789abcdef""#
    let reply = Self.client.get("/a.txt", ["If-None-Match": tag])
    #expect(reply.status == 304 && reply.content.isEmpty && reply["ETag"] == tag)
    #expect(Self.client.get("/a.txt", ["If-None-Match": #""x""#]).status == 200)
    #expect(Self.client.get("/a.txt", ["If-Match": #""x""#]).status == 412)
  }

  @Test(
    "A range is a part of the file itself",
    arguments: [
      ("bytes=0-1", 206, "/a", "bytes 0-1/6"), ("bytes=4-", 206, "xt", "bytes 4-5/6"),
      ("bytes=-2", 206, "xt", "bytes 4-5/6"), ("bytes=3-99", 206, "txt", "bytes 3-5/6"),
      ("bytes=0-0,2-3", 200, "/a.txt", nil), ("lines=1-2", 200, "/a.txt", nil),
      ("bytes=x", 200, "/a.txt", nil), ("bytes=6-", 416, nil, "bytes */6"),
    ] as [(String, Int, String?, String?)])
  func ranges(range: String, status: Int, text: String?, contentRange: String?) {
    let reply = Self.client.get("/a.txt", ["Range": range, "Accept-Encoding": "gzip"])
    #expect(reply.status == status && reply["Content-Range"] == contentRange)
    #expect(reply.fields.filter { $0.name == "Content-Type" }.count == 1)
    if let text { #expect(reply.text == text) }
  }

  @Test("A range of another version of the file is all of it")
  func ifRange() {
    let fields = ["Range": "bytes=0-1", "If-Range": #""0123456789abcdef""#]
    #expect(Self.client.get("/a.txt", fields).status == 206)
    #expect(
      Self.client.get("/a.txt", fields.merging(["If-Range": #""x""#]) { $1 }).text == "/a.txt")
  }

  @Test("HEAD tells what GET would, other methods are not for files")
  func methods() {
    let reply = Self.client.send("HEAD", "/a.txt")
    #expect(reply.status == 200 && reply.content.isEmpty && reply["ETag"] != nil)
    #expect(Self.client.post("/a.txt", "").status == 405)
  }
}
