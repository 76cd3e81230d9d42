extension OctetBuffer {
  /// How many octets of a value are logged: one target must not fill the log.
  package static var quotedLimit: Int { 256 }

  /// Appends octets of any kind as a JSON string, which is one line and ASCII; at most `quotedLimit` of them.
  @inline(never)
  package mutating func append(quoted octets: Span<UInt8>) {
    let octets = octets.extracting(first: OctetBuffer.quotedLimit)
    var quote = ShortOctets()
    quote.append(UInt8(ascii: "\""))
    // Nearly all values need no escape.
    if octets.firstEscaped(from: 0) == octets.count { return append(quote, octets, quote) }
    append(octet: UInt8(ascii: "\""))
    append(escaped: octets, isASCII: true)
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
    while true {
      length = plain.firstEscaped(from: length)
      guard length < plain.count else { return append(plain) }
      let octet = plain[length]
      if octet >= 0x7F && !isASCII {
        length &+= 1
        continue
      }
      append(plain.extracting(first: length))
      plain = plain.extracting(droppingFirst: length &+ 1)
      length = 0
      if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") {
        append(octet: UInt8(ascii: "\\"))
        append(octet: octet)
      } else {
        append("\\u00")
        append(hexadecimal: octet)
      }
    }
  }
}

extension Span<UInt8> {
  /// The place of the first octet from `start` on that is escaped in text which is ASCII; the end without one.
  @inline(never)
  package func firstEscaped(from start: Int) -> Int {
    var position = start
    while let word = wholeWord(at: position) {
      let escaped = word.escaped
      if escaped != 0 { return position &+ escaped.firstFound }
      position &+= 8
    }
    while position < count, self[position] >= 0x20, self[position] < 0x7F,
      self[position] != UInt8(ascii: "\""), self[position] != UInt8(ascii: "\\")
    {
      position &+= 1
    }
    return position
  }
}
