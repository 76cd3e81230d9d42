/// Reads a request-line, octet by octet if it must (RFC 9112 3):
///
///     request-line = method SP request-target SP HTTP-version CRLF
///
/// One empty line before it is skipped (RFC 9112 2.2). The grammar is taken literally: one SP
/// between the parts, CR LF at the end, nothing else.
struct RequestLineReader {
  private enum State {
    case start, emptyLineEnd, afterEmptyLine, method, target, version, end
  }

  private var state = State.start
  private var partStart = 0
  private var minor: UInt8 = 0
  private var majorIsOne = true

  private(set) var method = Method.unknown
  private(set) var target = 0..<0

  /// HTTP/1.1 or a later 1.x, which is read as 1.1 (RFC 9110 2.5); else HTTP/1.0.
  var isHTTP11: Bool { minor > 0 }

  /// Whether what is missing or too long is the target: 414 and not 431.
  var isInTarget: Bool { state == .target }

  /// Whether anything but an empty line has come.
  var hasBegun: Bool { state != .start && state != .emptyLineEnd && state != .afterEmptyLine }

  /// Reads on from `position`; true when the line is complete and `position` behind it.
  mutating func read(_ octets: Octets, _ position: inout Int) throws(RequestError) -> Bool {
    while position < octets.count {
      let octet = octets[position]
      switch state {
      case .start where octet == .carriageReturn:
        state = .emptyLineEnd

      case .start, .afterEmptyLine:
        if octet == .carriageReturn { throw .emptyLines }
        if octet == .lineFeed { throw .bareLineFeed }
        partStart = position
        state = .method
        continue

      case .emptyLineEnd:
        guard octet == .lineFeed else { throw .bareCarriageReturn }
        state = .afterEmptyLine

      case .method:
        position = OctetSet.token.end(of: octets, from: position)
        if position - partStart > Method.longestName { throw .methodTooLong }
        guard position < octets.count else { return false }
        guard octets[position] == .space, position > partStart else { throw .invalidMethod }
        method = Method(octets[partStart..<position])
        partStart = position + 1
        state = .target

      case .target:
        position = OctetSet.query.end(of: octets, from: position)
        guard position < octets.count else { return false }
        if octets[position] == .carriageReturn || octets[position] == .lineFeed {
          throw .missingVersion
        }
        guard octets[position] == .space, position > partStart else { throw .invalidTarget }
        target = partStart..<position
        partStart = position + 1
        state = .version

      case .version:
        try readVersion(octet, at: position - partStart)

      case .end:
        guard octet == .lineFeed else { throw .bareCarriageReturn }
        position += 1
        return true
      }
      position += 1
    }
    return false
  }

  /// HTTP-version = "HTTP" "/" DIGIT "." DIGIT, then the CR of the line (RFC 9112 2.3).
  private mutating func readVersion(_ octet: UInt8, at offset: Int) throws(RequestError) {
    let pattern = Octets("HTTP/#.#")
    guard offset < pattern.count else {
      if octet == .lineFeed { throw .bareLineFeed }
      guard octet == .carriageReturn else { throw .invalidVersion }
      guard majorIsOne else { throw .unsupportedVersion }
      state = .end
      return
    }
    if pattern[offset] == UInt8(ascii: "#") {
      guard octet.isDigit else { throw .invalidVersion }
      if offset == 5 { majorIsOne = octet == UInt8(ascii: "1") }
      minor = octet &- UInt8(ascii: "0")
    } else if octet != pattern[offset] {
      throw .invalidVersion
    }
  }
}
