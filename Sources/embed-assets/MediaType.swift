/// What the extension of a file's name says about its content.
struct MediaType: Equatable {
  /// As in Content-Type (RFC 9110 8.3).
  let name: String
  /// Whether content of this type is usually smaller as gzip.
  let isCompressible: Bool

  static let unknown = MediaType(name: "application/octet-stream", isCompressible: false)

  /// - Parameter path: with or without folders; upper and lower case are the same.
  init(path: String) {
    let file = path.split(separator: "/").last ?? ""
    let parts = file.split(separator: ".", omittingEmptySubsequences: false)
    self =
      parts.count > 1 ? MediaType.types[parts[parts.count - 1].lowercased()] ?? .unknown : .unknown
  }

  private init(name: String, isCompressible: Bool) {
    self.name = name
    self.isCompressible = isCompressible
  }

  private static func text(_ name: String) -> MediaType {
    MediaType(name: name, isCompressible: true)
  }

  private static func binary(_ name: String) -> MediaType {
    MediaType(name: name, isCompressible: false)
  }

  /// By extension. The table in docs/building.md is the same.
  static let types: [String: MediaType] = [
    "html": text("text/html; charset=utf-8"),
    "htm": text("text/html; charset=utf-8"),
    "css": text("text/css; charset=utf-8"),
    "js": text("text/javascript; charset=utf-8"),
    "mjs": text("text/javascript; charset=utf-8"),
    "txt": text("text/plain; charset=utf-8"),
    "md": text("text/markdown; charset=utf-8"),
    "csv": text("text/csv; charset=utf-8"),
    "json": text("application/json"),
    "map": text("application/json"),
    "webmanifest": text("application/manifest+json"),
    "xml": text("application/xml"),
    "svg": text("image/svg+xml"),
    "wasm": text("application/wasm"),
    "pdf": binary("application/pdf"),
    "ico": text("image/x-icon"),
    "png": binary("image/png"),
    "jpg": binary("image/jpeg"),
    "jpeg": binary("image/jpeg"),
    "gif": binary("image/gif"),
    "webp": binary("image/webp"),
    "avif": binary("image/avif"),
    "woff": binary("font/woff"),
    "woff2": binary("font/woff2"),
    "ttf": text("font/ttf"),
    "otf": text("font/otf"),
    "mp3": binary("audio/mpeg"),
    "mp4": binary("video/mp4"),
    "webm": binary("video/webm"),
  ]
}
