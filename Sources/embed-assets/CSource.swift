import Encodings
import Foundation

/// The C file that embeds assets, and the copies of their content that it names. (A name in `#embed` can have no quote;
/// that of a copy is a number.) The layout of the table is that of Sources/CAssets/assets.h.
struct CSource {
  private let assets: [AssetFile]

  init(_ assets: [AssetFile]) { self.assets = assets }

  /// Writes the C file, and beside it the content of each asset.
  ///
  /// - Parameter compress: a file's content as gzip; nil when it cannot be had.
  func write(to output: URL, compress: (URL) -> Data?) throws {
    let folder = output.deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var arrays = ""
    var entries = ""
    for (index, asset) in assets.enumerated() {
      let copy = folder.appendingPathComponent("\(index).asset")
      try update(copy, with: asset.content)
      arrays += CSource.array("content_\(index)", of: copy)
      let type = MediaType(path: asset.path)
      var gzip = "{ content_\(index), 0 }"
      // Worth while when it saves a tenth.
      if type.isCompressible, let compressed = compress(copy),
        compressed.count * 10 <= asset.content.count * 9
      {
        let file = folder.appendingPathComponent("\(index).asset.gz")
        try update(file, with: compressed)
        arrays += CSource.array("gzip_\(index)", of: file)
        gzip = "{ gzip_\(index), \(compressed.count) }"
      }
      let digest = String(
        decoding: Hexadecimal.encode(SHA256.digest(of: Array(asset.content).span).span),
        as: UTF8.self)
      entries += """
          {
            \(CSource.text(asset.path)),
            \(CSource.text(type.name)),
            \(CSource.text(String(digest.prefix(16)))),
            { content_\(index), \(asset.content.count) },
            \(gzip),
            \(ContentName.isImmutable(path: asset.path) ? 1 : 0),
          },

        """
    }
    let source = """
      // Made by embed-assets.
      #pragma clang diagnostic ignored "-Wc23-extensions"
      #pragma clang diagnostic ignored "-Wgnu-empty-initializer"

      struct octets { const unsigned char *start; __SIZE_TYPE__ count; };
      struct asset { struct octets path, content_type, hash, content, gzip; _Bool is_immutable; };
      struct table { __SIZE_TYPE__ count; const struct asset *assets; };

      \(arrays)
      static const struct asset assets[\(assets.count + 1)] = {
      \(entries)};

      extern const struct table http_assets_1;
      const struct table http_assets_1 = { \(assets.count), assets };

      """
    try update(output, with: Data(source.utf8))
  }

  private static func array(_ name: String, of file: URL) -> String {
    """
    static const unsigned char \(name)[] = {
    #embed "\(file.lastPathComponent)" if_empty(0)
    };

    """
  }

  /// The initialiser of octets that are a text. (Octets besides letters, digits and a few others are written in octal:
  /// a hexadecimal escape has no end of its own.)
  static func text(_ text: String) -> String {
    let escaped = text.utf8.map { octet in
      switch octet {
      case 0x20, 0x2b, 0x2d...0x39, 0x3b, 0x3d, 0x41...0x5a, 0x5f, 0x61...0x7a:
        return String(UnicodeScalar(octet))
      default:
        let digits = String(octet, radix: 8)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      }
    }.joined()
    return "{ (const unsigned char *)\"\(escaped)\", \(text.utf8.count) }"
  }
}

/// Writes a file, unless it has this content: the build compiles again what is newer, and all that uses it.
private func update(_ file: URL, with content: Data) throws {
  if (try? Data(contentsOf: file)) != content { try content.write(to: file) }
}
