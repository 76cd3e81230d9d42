import Foundation

/// A file to embed.
struct AssetFile: Equatable {
  /// Where it is in the folder, with a slash before it.
  let path: String
  let content: Data
}

/// The folder whose files are embedded.
struct AssetFolder {
  struct Refusal: Error, CustomStringConvertible {
    let description: String
  }

  let folder: URL

  init(_ folder: URL) { self.folder = folder }

  /// The files of the folder and of those in it, in the order of the octets of their paths, so that the same files
  /// make the same program on every machine.
  ///
  /// Names that begin with a dot are left out, except the folder `.well-known` (RFC 8615).
  func assets() throws -> [AssetFile] {
    try files(in: "").sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private func files(in parent: String) throws -> [AssetFile] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + parent)
    return try names.filter { !$0.hasPrefix(".") || $0 == ".well-known" }.flatMap { name in
      let path = "\(parent)/\(name)"
      let place = folder.path + path
      // (The attributes of a link are its own.)
      switch try FileManager.default.attributesOfItem(atPath: place)[.type] as? FileAttributeType {
      case .typeDirectory: return try files(in: path)
      case .typeRegular:
        return [AssetFile(path: path, content: try Data(contentsOf: URL(fileURLWithPath: place)))]
      default: throw Refusal(description: "\(place) is neither a file nor a folder")
      }
    }
  }
}
