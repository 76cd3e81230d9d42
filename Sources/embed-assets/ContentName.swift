/// Names that change with the content, as bundlers make them: `app.3f2a91c0.js`, `app-3f2a91c0d4.css`.
enum ContentName {
  /// Whether a file's name has a hash before its extension: a part of its own, behind a dot, hyphen or underscore, of
  /// eight or more hexadecimal digits. Both digits and letters must be among them: `20240131` is a date.
  static func isImmutable(path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return false }
    let stem = parts.dropLast().joined(separator: ".")
    let pieces = stem.split(omittingEmptySubsequences: false) { ".-_".contains($0) }
    guard pieces.count > 1, let last = pieces.last?.utf8, last.count >= 8 else { return false }
    let digits = last.count { (0x30...0x39).contains($0) }
    let letters = last.count { (0x61...0x66).contains($0) || (0x41...0x46).contains($0) }
    return digits + letters == last.count && digits > 0 && letters > 0
  }
}
