/// A foreign text (a name in a module, a file's name) in printable form: on one line, and without characters
/// that control a terminal or turn the reading direction. Such characters become `\u{1b}`.
package func printable(_ text: some StringProtocol) -> String {
  guard text.unicodeScalars.contains(where: \.steersReader) else { return String(text) }
  var result = ""
  for scalar in text.unicodeScalars {
    if scalar.steersReader {
      result += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// A foreign text in printable form as one word: in quotes where it would not be one.
package func printableWord(_ text: String) -> String {
  let isPlain =
    !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") }
  if isPlain { return text }
  let parts = printable(text).split(separator: "\"" as Character, omittingEmptySubsequences: false)
  return "\"\(parts.joined(separator: "\\\""))\""
}

extension Unicode.Scalar {
  /// Whether the scalar is a control character (C0, DEL, C1), a line separator for some readers, a mark of the
  /// reading direction (Unicode UAX 9), or a character without width.
  package var steersReader: Bool {
    switch value {
    case 0..<0x20, 0x7f...0x9f, 0xad, 0x61c, 0x180e, 0x200b...0x200f, 0x2028...0x202e,
      0x2060...0x206f, 0xfeff, 0xfff9...0xfffb, 0xe0000...0xe007f:
      true
    default: false
    }
  }
}
