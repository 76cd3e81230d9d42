import Foundation

/// Writes the files of a folder as a C file, which a compiler embeds in a program with `#embed`. The plugin
/// EmbedAssets calls it: `embed-assets FOLDER OUTPUT.c`.
@main
struct EmbedAssets {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      fail("usage: embed-assets FOLDER OUTPUT.c")
    }
    let output = URL(fileURLWithPath: arguments[2])
    do {
      let assets = try AssetFolder(URL(fileURLWithPath: arguments[1])).assets()
      try CSource(assets).write(to: output, compress: Gzip.compressed)
    } catch {
      fail("\(error)")
    }
  }

  private static func fail(_ reason: String) -> Never {
    // (The words that SwiftPM and Xcode look for.)
    FileHandle.standardError.write(Data("error: embed-assets: \(reason)\n".utf8))
    exit(1)
  }
}
