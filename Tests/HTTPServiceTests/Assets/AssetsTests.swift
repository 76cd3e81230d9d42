import CAssets
import HTTPCodec
import Memory
import Testing

@testable import HTTPService

@Suite("The embedded files of a program")
struct AssetsTests {
  /// A table as the plugin writes it; its memory is never freed.
  static func table(_ paths: [StaticString]) -> Assets {
    func octets(_ literal: StaticString) -> http_asset_octets {
      http_asset_octets(start: literal.utf8Start, count: UInt(literal.utf8CodeUnitCount))
    }
    let records = paths.map {
      http_asset(
        path: octets($0), content_type: octets("text/plain"), hash: octets("0123456789abcdef"),
        content: octets($0), gzip: octets($0.octets == "/b" ? "zip" : ""),
        is_immutable: $0.octets == "/b")
    }
    let memory = UnsafeMutableBufferPointer<http_asset>.allocate(capacity: records.count)
    _ = memory.initialize(from: records)
    return Assets(records: UnsafeBufferPointer(memory))
  }

  static let paths: [StaticString] = ["/B", "/a", "/a/z", "/b", "/b.c", "/c"]

  @Test("Each is found by its path, in tables of any length", arguments: 0...6)
  func found(count: Int) {
    let assets = AssetsTests.table(Array(AssetsTests.paths.prefix(count)))
    #expect(assets.count == count)
    for path in AssetsTests.paths.prefix(count) {
      #expect(assets[path].map { $0.path == path && $0.content == path } == true, "\(path)")
    }
    for path in AssetsTests.paths.dropFirst(count) { #expect(assets[path] == nil, "\(path)") }
  }

  @Test(
    "A path is the whole path",
    arguments: ["", "/", "/a/", "/A", "/bb", "a", "/b/../b", "/\u{0}"] as [StaticString])
  func missing(path: StaticString) {
    #expect(AssetsTests.table(AssetsTests.paths)[path] == nil)
  }

  @Test("An asset has what the table says")
  func properties() throws {
    let assets = AssetsTests.table(AssetsTests.paths)
    let first = try #require(assets["/b"])
    let isText = first.contentType == "text/plain" && first.hash == "0123456789abcdef"
    #expect(isText)
    #expect(first.isImmutable && first.gzipOctets.map { $0.span == "zip" } == true)
    let second = assets[2]
    let isSecond = second.path == "/a/z"
    #expect(isSecond && !second.isImmutable && second.gzipOctets == nil)
  }

  @Test("A native program without a folder of assets has none")
  func none() {
    #expect(Assets.embedded.count == 0)
    #expect(Assets.embedded["/"] == nil)
  }
}
