/// A text that others have written (a module's names, a file's name), as it can be shown: on one line, and
/// without what would steer a terminal or turn the reading direction. Such characters are shown as
/// `\u{1b}`.
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

/// The same as one word, in quotes where it would not be one.
package func printableWord(_ text: String) -> String {
  let isPlain =
    !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") }
  return isPlain ? text : "\"\(printable(text).replacing("\"", with: "\\\""))\""
}

extension Unicode.Scalar {
  /// The controls of ASCII and beyond (C0, DEL, C1), what some readers take for the end of a line, marks
  /// of the reading direction (Unicode UAX 9), and characters that have no width.
  package var steersReader: Bool {
    switch value {
    case 0..<0x20, 0x7f...0x9f, 0xad, 0x61c, 0x180e, 0x200b...0x200f, 0x2028...0x202e,
      0x2060...0x206f, 0xfeff, 0xfff9...0xfffb, 0xe0000...0xe007f:
      true
    default: false
    }
  }
}
