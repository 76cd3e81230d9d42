/// The character classes of the grammars, written out as the RFCs have them.
enum Grammar {
  // RFC 5234 B.1
  static let alpha = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
  static let digit = Set("0123456789".utf8)
  static let hexDigit = digit.union("ABCDEFabcdef".utf8)
  static let visible = Set<UInt8>(0x21...0x7E)

  // RFC 9110 5.5, 5.6.2, 5.6.4
  static let obsText = Set<UInt8>(0x80...0xFF)
  static let whitespace = Set(" \t".utf8)
  static let token = alpha.union(digit).union("!#$%&'*+-.^_`|~".utf8)
  static let fieldValue = visible.union(obsText).union(whitespace)
  static let quotedText = whitespace.union([0x21]).union(0x23...0x5B).union(0x5D...0x7E)
    .union(obsText)

  // RFC 3986 2.2, 2.3, 3.3
  static let unreserved = alpha.union(digit).union("-._~".utf8)
  static let subDelimiters = Set("!$&'()*+,;=".utf8)
  static let registeredName = unreserved.union(subDelimiters)
  private static let uriPath = registeredName.union(":@/".utf8)
  private static let uriQuery = uriPath.union("?".utf8)

  // WHATWG URL Standard 1.3: what a browser percent-encodes, and sends as it is otherwise.
  private static let queryEncoded = Set<UInt8>(0...0x20).union(0x7F...0xFF).union("\"#<>".utf8)
  private static let pathEncoded = queryEncoded.union("?^`{}".utf8)

  /// The "%" aside. The "^" was left raw until 2025; a backslash becomes a slash; "?" ends the path.
  static let path = Set(UInt8.min...UInt8.max).subtracting(pathEncoded).subtracting("%\\".utf8)
    .union("^".utf8).union(uriPath)
  static let query = Set(UInt8.min...UInt8.max).subtracting(queryEncoded).union(uriQuery)
}
