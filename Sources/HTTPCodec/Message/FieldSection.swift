/// Reads a header or trailer section line by line (RFC 9112 5, 7.1.2):
///
///     field-line = field-name ":" OWS field-value OWS
///
/// Strict where the RFC leaves a choice: no obs-fold, no bare CR or LF, no octet in a value
/// that is not field-vchar, SP or HTAB.
struct FieldSectionReader {
  /// What a call to `read` found.
  enum Step {
    /// All octets are read, the section goes on.
    case incomplete
    /// A field line: see `name` and `value`.
    case field
    /// The empty line that ends the section.
    case end
  }

  private enum State { case lineStart, name, value, lineEnd, sectionEnd }

  private var state = State.lineStart
  private var isFirstLine = true
  private var hasName = false
  // Where the line just read is: of use only while all of the section stays where it is.
  private var lineStart = 0
  private var colon = 0
  private var valueEnd = 0

  /// Reads on from `position`, up to the end of a field line or of the section.
  mutating func read(_ octets: Span<UInt8>, _ position: inout Int) throws(RequestError) -> Step {
    guard position < octets.count else { return .incomplete }
    switch state {
    case .lineStart:
      let octet = octets[position]
      if octet == .carriageReturn {
        state = .sectionEnd
        position &+= 1
        return try read(octets, &position)
      }
      if octet.isWhitespace { throw isFirstLine ? .whitespaceBeforeField : .obsoleteFolding }
      isFirstLine = false
      hasName = false
      lineStart = position
      state = .name
      fallthrough

    case .name:
      let nameEnd = OctetSet.token.end(of: octets, from: position)
      if nameEnd > position { hasName = true }
      position = nameEnd
      guard position < octets.count else { return .incomplete }
      if octets[position] == .lineFeed { throw .bareLineFeed }
      // No whitespace before the colon (RFC 9112 5.1), and at least one octet of name.
      guard octets[position] == .colon, hasName else { throw .invalidFieldName }
      colon = position
      position &+= 1
      state = .value
      fallthrough

    case .value:
      position = octets.endOfFieldValue(from: position)
      guard position < octets.count else { return .incomplete }
      if octets[position] == .lineFeed { throw .bareLineFeed }
      guard octets[position] == .carriageReturn else { throw .invalidFieldValue }
      valueEnd = position
      position &+= 1
      state = .lineEnd
      fallthrough

    case .lineEnd:
      guard position < octets.count else { return .incomplete }
      guard octets[position] == .lineFeed else { throw .bareCarriageReturn }
      position &+= 1
      state = .lineStart
      return .field

    case .sectionEnd:
      guard octets[position] == .lineFeed else { throw .bareCarriageReturn }
      position &+= 1
      return .end
    }
  }

  /// The name of the line just read.
  @_lifetime(copy octets)
  func name(in octets: Span<UInt8>) -> Span<UInt8> { octets.extracting(lineStart..<colon) }

  /// The value of the line just read, without the whitespace around it.
  @_lifetime(copy octets)
  func value(in octets: Span<UInt8>) -> Span<UInt8> {
    octets.extracting(colon &+ 1..<valueEnd).trimmed
  }
}
