import Testing

@testable import embed_assets

@Suite("What a file's name says")
struct FileNameTests {
  @Test(
    "The extension tells the media type",
    arguments: [
      ("/index.html", "text/html; charset=utf-8"), ("/a/b.CSS", "text/css; charset=utf-8"),
      ("/app.3f2a91c0.js", "text/javascript; charset=utf-8"), ("/icon.svg", "image/svg+xml"),
      ("/font.woff2", "font/woff2"), ("/a.html/b", "application/octet-stream"),
      ("/html", "application/octet-stream"), ("/a.", "application/octet-stream"),
      ("/a.unknown", "application/octet-stream"), ("", "application/octet-stream"),
    ])
  func types(path: String, type: String) {
    #expect(MediaType(path: path).name == type)
  }

  @Test(
    "A hash before the extension makes a name immutable",
    arguments: [
      "/app.3f2a91c0.js", "/css/site-3F2A91C0.css", "/a_0123456789abcdef.woff2", "/a.b-1234567f.x",
    ])
  func immutable(path: String) {
    #expect(ContentName.isImmutable(path: path))
  }

  @Test(
    "What is no hash of eight digits does not",
    arguments: [
      "/app.js", "/app.3f2a91c.js", "/3f2a91c0.js", "/photo-20240131.jpg", "/a-defacade.txt",
      "/app.3f2a91cg.js", "/app-3f2a91c0", "/app.3f2a91c0.min.js", "/a.3f2a91c0/site.css", "",
    ])
  func mutable(path: String) {
    #expect(!ContentName.isImmutable(path: path))
  }

  @Test("The page on building lists every type")
  func documented() throws {
    let page = try Place.repository.appendingPathComponent("docs/building.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    for (name, type) in MediaType.types {
      let row = text.split(separator: "\n").first { $0.contains("`\(type.name)`") }
      #expect(row?.contains("`.\(name)`") == true, "\(name) is not listed as \(type.name)")
    }
  }
}
