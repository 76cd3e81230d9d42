import Memory

/// Reads a request-line, octet by octet if it must (RFC 9112 3):
///
///     request-line = method SP request-target SP HTTP-version CRLF
///
/// One empty line before it is skipped (RFC 9112 2.2). The grammar is taken literally: one SP
/// between the parts, CR LF at the end, nothing else.
///
/// A line of HTTP/1.1 that has come whole is read in one pass, which is what nearly all of them are; one that is
/// cut, or is anything else, octet by octet.
struct RequestLineReader: ~Copyable {
  private enum State {
    case start, emptyLineEnd, afterEmptyLine, secondEmptyLine, method, target, version, end
  }

  private var state = State.start
  private var lineStart = 0
  private var partStart = 0
  private var minor: UInt8 = 0
  private var majorIsOne = true

  private(set) var method = Method.unknown
  private(set) var target = 0..<0
  /// The parts of the target, once the line is complete.
  private(set) var parts: RequestTarget?

  /// HTTP/1.1 or a later 1.x, which is read as 1.1 (RFC 9110 2.5); else HTTP/1.0.
  var isHTTP11: Bool { minor > 0 }

  /// What is wrong with a line that does not fit and was read up to `position`.
  func tooLong(at position: Int) -> RequestError {
    switch state {
    case .method where position - lineStart > Method.longestName: .methodTooLong
    case .target: .targetTooLong
    default: .headerSectionTooLarge
    }
  }

  /// Whether anything but an empty line has come.
  var hasBegun: Bool { state != .start && state != .emptyLineEnd && state != .afterEmptyLine }

  /// Makes this the reader of another line. (The other properties are set before they are read.)
  @inline(__always)
  mutating func begin() {
    state = .start
    method = .unknown
    minor = 0
  }

  /// Reads on from `position`; true when the line is complete and `position` behind it.
  mutating func read(_ octets: Span<UInt8>, _ position: inout Int) throws(RequestError) -> Bool {
    if position == 0, let end = readWhole(octets) {
      position = end
      return true
    }
    guard try readOctets(octets, &position) else { return false }
    parts = try RequestTarget(octets.extracting(target), method: method)
    return true
  }

  /// Reads a line in one pass: a known method, a target in origin-form, HTTP/1.1.
  ///
  /// - Returns: the position behind it; nil, and nothing is noted, when it is another line, incomplete or invalid.
  private mutating func readWhole(_ octets: Span<UInt8>) -> Int? {
    guard octets.count > 16 else { return nil }
    let method: Method
    let targetStart: Int
    let start = octets.word(at: 0)
    if start & 0xFF_FFFF_FFFF == .get {
      (method, targetStart) = (.get, 4)
    } else if start & 0xFFFF_FFFF_FFFF == .post {
      (method, targetStart) = (.post, 5)
    } else {
      let methodEnd = OctetSet.token.end(of: octets, from: 0)
      method = Method(octets.extracting(0..<methodEnd))
      targetStart = methodEnd &+ 1
      // (CONNECT has targets of its own, and what is no request looks like an unknown method: `PROXY TCP4`.)
      guard method != .unknown, method != .connect, targetStart < octets.count,
        octets[methodEnd] == .space, octets[targetStart] == UInt8(ascii: "/")
      else { return nil }
    }
    let pathEnd = OctetSet.path.endOfEncoded(octets, from: targetStart &+ 1)
    var targetEnd = pathEnd
    if pathEnd < octets.count, octets[pathEnd] == UInt8(ascii: "?") {
      targetEnd = OctetSet.query.end(of: octets, from: pathEnd &+ 1)
    }
    // " HTTP/1.1" CRLF, of which the two words have the middle in common.
    guard octets.wholeWord(at: targetEnd) == .httpVersion,
      octets.wholeWord(at: targetEnd &+ 3) == .versionAndLineEnd
    else { return nil }
    self.method = method
    target = targetStart..<targetEnd
    parts = RequestTarget(pathEnd: pathEnd &- targetStart)
    minor = 1
    state = .end
    return targetEnd &+ 11
  }

  @inline(never)
  @_optimize(size)
  private mutating func readOctets(
    _ octets: Span<UInt8>, _ position: inout Int
  ) throws(RequestError) -> Bool {
    while position < octets.count {
      let octet = octets[position]
      switch state {
      case .start where octet == .carriageReturn:
        state = .emptyLineEnd

      case .afterEmptyLine where octet == .carriageReturn:
        state = .secondEmptyLine

      case .start, .afterEmptyLine:
        if octet == .lineFeed { throw .bareLineFeed }
        if octet == OtherProtocol.tlsHandshake { throw .tlsHandshake }
        lineStart = position
        state = .method
        continue

      case .emptyLineEnd:
        guard octet == .lineFeed else { throw .bareCarriageReturn }
        state = .afterEmptyLine

      case .secondEmptyLine:
        // The octets so far are read again with each one: there are twelve at the most.
        guard OtherProtocol.mayBeProxyHeader(octets.extracting(0..<position &+ 1)) else {
          throw .emptyLines
        }
        if OtherProtocol.isProxyHeader(octets.extracting(0..<position &+ 1)) {
          throw .proxyProtocol
        }

      case .method:
        position = OctetSet.token.end(of: octets, from: position)
        guard position < octets.count else { return false }
        guard octets[position] == .space, position > lineStart else { throw .invalidMethod }
        method = Method(octets.extracting(lineStart..<position))
        partStart = position &+ 1
        state = .target

      case .target:
        position = OctetSet.query.end(of: octets, from: position)
        guard position < octets.count else { return false }
        if method == .unknown, OtherProtocol.isProxyHeader(octets.extracting(lineStart..<position))
        {
          throw .proxyProtocol
        }
        if octets[position] == .carriageReturn || octets[position] == .lineFeed {
          throw .missingVersion
        }
        guard octets[position] == .space, position > partStart else { throw .invalidTarget }
        target = partStart..<position
        partStart = position &+ 1
        state = .version

      case .version:
        try readVersion(octets, position)

      case .end:
        guard octet == .lineFeed else { throw .bareCarriageReturn }
        position &+= 1
        return true
      }
      position &+= 1
    }
    return false
  }

  /// HTTP-version = "HTTP" "/" DIGIT "." DIGIT, then the CR of the line (RFC 9112 2.3).
  private mutating func readVersion(_ octets: Span<UInt8>, _ position: Int) throws(RequestError) {
    let octet = octets[position]
    let offset = position &- partStart
    let pattern = ("HTTP/#.#" as StaticString).octets
    guard offset < pattern.count else {
      if octet == .lineFeed { throw .bareLineFeed }
      guard octet == .carriageReturn else { throw .invalidVersion }
      guard majorIsOne else {
        let isPreface = octets.extracting(lineStart..<position) == OtherProtocol.http2Preface
        throw isPreface ? .http2Preface : .unsupportedVersion
      }
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
