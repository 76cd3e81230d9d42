/// Reads a header or trailer section line by line (RFC 9112 5, 7.1.2):
///
///     field-line = field-name ":" OWS field-value OWS
///
/// Strict where the RFC leaves a choice: no obs-fold, no bare CR or LF, no octet in a value
/// that is not field-vchar, SP or HTAB.
///
/// Lines that have come whole, nearly all of them, are read in one pass each (`readWholeLines`); one that is cut, or
/// has a fault, is read by steps.
struct FieldSectionReader: ~Copyable {
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
  private(set) var line = FieldLine()

  /// Makes this the reader of another section. (The other properties are set before they are read.)
  @inline(__always)
  mutating func begin() {
    state = .lineStart
    isFirstLine = true
  }

  /// Reads lines in one pass each, as long as all of the next one has come and it is valid.
  ///
  /// - Returns: whether the section has ended.
  @inline(__always)
  mutating func readWholeLines(
    _ octets: Span<UInt8>, _ position: inout Int, into fields: inout FramingFields
  ) -> Bool {
    guard state == .lineStart else { return false }
    var start = position
    while start < octets.count, octets[start] != .carriageReturn,
      let line = FieldLine(in: octets, at: start)
    {
      fields.note(line, in: octets)
      start = line.end
    }
    if start > position { isFirstLine = false }
    position = start
    guard octets.count &- start >= 2, octets[start] == .carriageReturn,
      octets[start &+ 1] == .lineFeed
    else { return false }
    position = start &+ 2
    return true
  }

  /// Reads on from `position`, up to the end of a field line or of the section.
  @inline(never)
  @_optimize(size)
  mutating func read(_ octets: Span<UInt8>, _ position: inout Int) throws(RequestError) -> Step {
    guard position < octets.count else { return .incomplete }
    switch state {
    case .lineStart:
      let octet = octets[position]
      if octet == .carriageReturn {
        position &+= 1
        state = .sectionEnd
        guard position < octets.count else { return .incomplete }
        return try readSectionEnd(octets, &position)
      }
      if octet.isWhitespace { throw isFirstLine ? .whitespaceBeforeField : .obsoleteFolding }
      isFirstLine = false
      hasName = false
      line.start = position
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
      line.colon = position
      position &+= 1
      state = .value
      fallthrough

    case .value:
      position = OctetSet.fieldValue.end(of: octets, from: position)
      guard position < octets.count else { return .incomplete }
      if octets[position] == .lineFeed { throw .bareLineFeed }
      guard octets[position] == .carriageReturn else { throw .invalidFieldValue }
      line.valueEnd = position
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
      return try readSectionEnd(octets, &position)
    }
  }

  private func readSectionEnd(
    _ octets: Span<UInt8>, _ position: inout Int
  ) throws(RequestError) -> Step {
    guard octets[position] == .lineFeed else { throw .bareCarriageReturn }
    position &+= 1
    return .end
  }
}

/// Where the parts of a field line are.
struct FieldLine {
  var start = 0
  var colon = 0
  var valueEnd = 0

  /// A line that is still to be read.
  init() {}

  /// Finds a whole line; nil when it is incomplete or invalid. (A call for each line costs a browser's request 4 %.)
  @inline(__always)
  init?(in octets: Span<UInt8>, at position: Int) {
    start = position
    colon = position
    // As `OctetSet.token.end`, which takes over where a name has another octet. (Calling it for each name costs a
    // browser's request 8 % more.)
    while let word = octets.wholeWord(at: colon) {
      let unusual = word.unusual
      colon &+= unusual == 0 ? 8 : unusual.firstFound
      if unusual != 0 { break }
    }
    guard colon < octets.count else { return nil }
    if octets[colon] != .colon {
      colon = OctetSet.token.end(of: octets, from: colon)
      guard colon < octets.count, octets[colon] == .colon else { return nil }
    }
    guard colon > start else { return nil }
    valueEnd = octets.endOfFieldValue(from: colon &+ 1)
    guard end <= octets.count, octets[valueEnd] == .carriageReturn,
      octets[valueEnd &+ 1] == .lineFeed
    else { return nil }
  }

  /// Finds a line of a section that is known to be valid; nil at the empty line, its end. Neither a name has a colon in
  /// it nor a value a CR.
  @inline(__always)
  init?(inValid octets: Span<UInt8>, at position: Int) {
    start = position
    colon = position
    while colon < octets.count, octets[colon] != .colon { colon &+= 1 }
    guard colon < octets.count else { return nil }
    valueEnd = octets.endOfFieldValue(from: colon &+ 1)
  }

  /// Behind the CR LF.
  var end: Int { valueEnd &+ 2 }

  @_lifetime(copy octets)
  func name(in octets: Span<UInt8>) -> Span<UInt8> { octets.extracting(start..<colon) }

  /// Without the whitespace around it.
  @_lifetime(copy octets)
  func value(in octets: Span<UInt8>) -> Span<UInt8> {
    octets.extracting(colon &+ 1..<valueEnd).trimmed
  }
}
