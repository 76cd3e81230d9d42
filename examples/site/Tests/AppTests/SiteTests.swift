import App
import HTTPServerTesting
import Testing

struct SiteTests {
  private let client = TestClient(makeRoutes())

  @Test(
    "Each file is at its path, with its type, and a folder has its index",
    arguments: [
      ("/", "text/html; charset=utf-8", "<h1>A site in a module</h1>"),
      ("/index.html", "text/html; charset=utf-8", "<h1>A site in a module</h1>"),
      ("/css/site.css", "text/css; charset=utf-8", "body {"),
      ("/icon.svg", "image/svg+xml", "<svg"),
    ])
  func files(path: String, type: String, text: String) {
    let reply = client.get(path)
    #expect(reply.status == 200)
    #expect(reply["Content-Type"] == type)
    #expect(reply.text.contains(text))
    #expect(client.send("HEAD", path).content.isEmpty)
  }

  @Test("Nothing else is there", arguments: ["/other", "/css/", "/../Package.swift", "/%2e%2e/x"])
  func notFound(path: String) {
    #expect(client.get(path).status == 404)
  }

  @Test("A browser that has a file gets 304 until it changes")
  func notModified() throws {
    let tag = try #require(client.get("/css/site.css")["ETag"])
    let reply = client.get("/css/site.css", ["If-None-Match": tag])
    #expect(reply.status == 304)
    #expect(reply.content.isEmpty)
    #expect(client.get("/css/site.css", ["If-None-Match": "\"other\""]).status == 200)
  }

  @Test("Text is compressed for a browser that takes gzip, under a tag of its own")
  func gzip() {
    let plain = client.get("/")
    let reply = client.get("/", ["Accept-Encoding": "br, gzip"])
    #expect(reply["Content-Encoding"] == "gzip")
    #expect(reply["Vary"] == "Accept-Encoding")
    #expect(Array(reply.content.prefix(2)) == [0x1F, 0x8B])
    #expect(reply.content.count < plain.content.count)
    #expect(reply["ETag"] != plain["ETag"])
    #expect(client.get("/", ["Accept-Encoding": "gzip;q=0"])["Content-Encoding"] == nil)
  }

  @Test("Every answer has the fields that browsers want for safety", arguments: ["/", "/other"])
  func headers(path: String) {
    let reply = client.get(path)
    #expect(reply["Content-Security-Policy"] == "default-src 'self'; frame-ancestors 'none'")
    #expect(reply["X-Content-Type-Options"] == "nosniff")
  }
}
