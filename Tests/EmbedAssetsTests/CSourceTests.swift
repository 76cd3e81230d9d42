import Foundation
import Testing

@testable import embed_assets

@Suite("The C file with the assets")
struct CSourceTests {
  let place: Place
  let output: URL

  init() throws {
    place = try Place()
    output = place.folder.appendingPathComponent("assets.c")
  }

  private func source(
    _ assets: [(path: String, content: String)], compress: (URL) -> Data? = { _ in nil }
  ) throws -> String {
    let files = assets.map { AssetFile(path: $0.path, content: Data($0.content.utf8)) }
    try CSource(files).write(to: output, compress: compress)
    return try place.read("assets.c")
  }

  @Test(
    "A text is what C reads as the same octets",
    arguments: [
      ("/a-b.c", #"{ (const unsigned char *)"/a-b.c", 6 }"#),
      (#"/"\"#, #"{ (const unsigned char *)"/\042\134", 3 }"#),
      ("/é1", #"{ (const unsigned char *)"/\303\2511", 4 }"#),
      ("/a??/b\n", #"{ (const unsigned char *)"/a\077\077/b\012", 7 }"#),
    ])
  func text(text: String, initialiser: String) {
    #expect(CSource.text(text) == initialiser)
  }

  @Test("What has not changed is not written again, and so not compiled again")
  func unchanged() throws {
    let names = ["assets.c", "0.asset", "0.asset.gz"]
    func write(_ content: String) throws {
      _ = try source([("/a.txt", content)]) { _ in Data("b".utf8) }
    }
    func rewritten() throws -> [String] {
      try names.filter { name in
        let file = try FileManager.default.attributesOfItem(
          atPath: place.folder.appendingPathComponent(name).path)
        return file[.modificationDate] as? Date != Date(timeIntervalSince1970: 0)
      }
    }
    try write("aaaa")
    for name in names {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 0)],
        ofItemAtPath: place.folder.appendingPathComponent(name).path)
    }
    try write("aaaa")
    #expect(try rewritten() == [])
    try write("cccc")
    #expect(try rewritten() == ["assets.c", "0.asset"])
  }

  @Test("A name cannot become code: the compiler reads a copy")
  func copies() throws {
    let text = try source([("/\"); int x; (\".txt", "content")])
    #expect(text.contains(#"#embed "0.asset" if_empty(0)"#))
    #expect(!text.contains(#""); int x"#))
    #expect(try place.read("0.asset") == "content")
  }

  @Test(
    "gzip stands beside the content when it saves a tenth, else not",
    arguments: [(90, true), (91, false)])
  func gzip(size: Int, isKept: Bool) throws {
    let content = String(repeating: "a", count: 100)
    let text = try source([("/a.txt", content)]) { _ in Data(count: size) }
    #expect(text.contains("{ gzip_0, 90 }") == isKept)
    #expect(text.contains("{ content_0, 100 }"))
  }

  @Test("What is compressed already is not compressed again")
  func incompressible() throws {
    let text = try source([("/a.png", "aaaaaaaaaaaaaaaaaaaaaaaa")]) { _ in Data(count: 1) }
    #expect(!text.contains("gzip_0"))
  }

  @Test("The program gzip gives the same octets each time")
  func program() throws {
    try place.write("a.txt", String(repeating: "abc", count: 1000))
    let file = place.folder.appendingPathComponent("a.txt")
    let first = try #require(Gzip.compressed(file))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: file.path)
    #expect(Gzip.compressed(file) == first)
    #expect(first.starts(with: [0x1f, 0x8b]))
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder.path) == ["a.txt"])
  }

  @Test("The hash is that of sha256sum")
  func hash() throws {
    // FIPS 180-4's example: "abc".
    #expect(try source([("/a", "abc")]).contains("ba7816bf8f01cfea"))
  }
}
