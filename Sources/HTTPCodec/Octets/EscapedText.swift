extension OctetBuffer {
  /// How many octets of a value are logged: one target must not fill the log.
  package static var quotedLimit: Int { 256 }

  /// Appends octets of any kind as a JSON string, which is one line and ASCII; at most `quotedLimit` of them.
  @inline(never)
  package mutating func append(quoted octets: Span<UInt8>) {
    append(octet: UInt8(ascii: "\""))
    append(escaped: octets.extracting(first: OctetBuffer.quotedLimit), isASCII: true)
    append(octet: UInt8(ascii: "\""))
  }

  /// Appends octets as the inside of a JSON string (RFC 8259 7).
  ///
  /// - Parameter isASCII: whether octets beyond ASCII are escaped too, each as the character of its number; else they
  ///   must be UTF-8.
  @inline(never)
  package mutating func append(escaped octets: Span<UInt8>, isASCII: Bool) {
    // What needs no escape is appended in one piece.
    var plain = octets
    var length = 0
    while length < plain.count {
      if let word = plain.wholeWord(at: length) {
        let escaped = word.escaped
        length &+= escaped == 0 ? 8 : escaped.firstFound
        if escaped == 0 { continue }
      }
      let octet = plain[length]
      let isEscaped = octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\")
      guard isEscaped || octet < 0x20 || (isASCII && octet >= 0x7F) else {
        length &+= 1
        continue
      }
      append(plain.extracting(first: length))
      plain = plain.extracting(droppingFirst: length &+ 1)
      length = 0
      if isEscaped {
        append(octet: UInt8(ascii: "\\"))
        append(octet: octet)
      } else {
        append("\\u00")
        append(hexadecimal: octet)
      }
    }
    append(plain)
  }
}
