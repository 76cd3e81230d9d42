import Foundation
import Testing

@testable import embed_assets

@Suite("The folder of assets")
struct AssetFolderTests {
  let place: Place

  init() throws { place = try Place() }

  @Test("Files come in the order of their paths' octets, those in folders too")
  func order() throws {
    for path in ["b.txt", "a/z.txt", "a.txt", "é.txt", "B.txt"] { try place.write(path, path) }
    let assets = try AssetFolder(place.folder).assets()
    #expect(assets.map(\.path) == ["/B.txt", "/a.txt", "/a/z.txt", "/b.txt", "/é.txt"])
    #expect(assets.map { String(decoding: $0.content, as: UTF8.self) }.last == "é.txt")
  }

  @Test("Hidden files are left out, well-known ones are not")
  func hidden() throws {
    let paths = [".DS_Store", ".git/config", "a/.hidden", ".well-known/security.txt", "a/b"]
    for path in paths { try place.write(path, "") }
    let assets = try AssetFolder(place.folder).assets()
    #expect(assets.map(\.path) == ["/.well-known/security.txt", "/a/b"])
  }

  @Test("A symbolic link is refused, since it can lead anywhere")
  func links() throws {
    try FileManager.default.createSymbolicLink(
      atPath: place.folder.path + "/link", withDestinationPath: "/etc/passwd")
    #expect(throws: AssetFolder.Refusal.self) { try AssetFolder(place.folder).assets() }
  }

  @Test("An empty folder has no assets")
  func empty() throws {
    #expect(try AssetFolder(place.folder).assets().isEmpty)
  }
}
