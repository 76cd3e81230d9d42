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
  static let path = registeredName.union(":@/".utf8)
  /// And what browsers leave as it is in a query.
  static let query = path.union("?%^`{|}[]".utf8)
}
