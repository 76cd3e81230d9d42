import CMemory

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
  mutating func read(_ octets: Octets, _ position: inout Int) throws(RequestError) -> Step {
    while position < octets.count {
      switch state {
      case .lineStart:
        let octet = octets[position]
        if octet == .carriageReturn {
          state = .sectionEnd
          position += 1
        } else if octet.isWhitespace {
          throw isFirstLine ? .whitespaceBeforeField : .obsoleteFolding
        } else {
          isFirstLine = false
          hasName = false
          lineStart = position
          state = .name
        }

      case .name:
        let nameEnd = OctetSet.token.end(of: octets, from: position)
        if nameEnd > position { hasName = true }
        position = nameEnd
        guard position < octets.count else { return .incomplete }
        if octets[position] == .lineFeed { throw .bareLineFeed }
        // No whitespace before the colon (RFC 9112 5.1), and at least one octet of name.
        guard octets[position] == .colon, hasName else { throw .invalidFieldName }
        colon = position
        position += 1
        state = .value

      case .value:
        position = endOfValue(octets, from: position)
        guard position < octets.count else { return .incomplete }
        if octets[position] == .lineFeed { throw .bareLineFeed }
        guard octets[position] == .carriageReturn else { throw .invalidFieldValue }
        valueEnd = position
        position += 1
        state = .lineEnd

      case .lineEnd:
        guard octets[position] == .lineFeed else { throw .bareCarriageReturn }
        position += 1
        state = .lineStart
        return .field

      case .sectionEnd:
        guard octets[position] == .lineFeed else { throw .bareCarriageReturn }
        position += 1
        return .end
      }
    }
    return .incomplete
  }

  /// The name of the line just read.
  func name(in octets: Octets) -> Octets { octets[lineStart..<colon] }

  /// The value of the line just read, without the whitespace around it.
  func value(in octets: Octets) -> Octets { octets[colon + 1..<valueEnd].trimmed }

  /// The first octet from `start` on that cannot stand in a field value.
  ///
  /// Eight octets at a time: a word has none of those if no octet in it is below 0x20 or 0x7F.
  /// (HTAB is below 0x20 and allowed, hence the second look.)
  @inline(__always)
  private func endOfValue(_ octets: Octets, from start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    var position = start
    while position < octets.count {
      if position &+ 8 <= octets.count {
        let word = UnsafeRawPointer(octets.base + position).loadUnaligned(as: UInt64.self)
        let delete = word ^ (0x7F &* ones)
        let below20 = (word &- 0x20 &* ones) & ~word
        let is7F = (delete &- ones) & ~delete
        // Of several the lowest is exact: a borrow reaches only what is above it.
        let found = (below20 | is7F) & tops
        if found == 0 {
          position &+= 8
          continue
        }
        position &+= found.trailingZeroBitCount &>> 3
      }
      guard OctetSet.fieldValue.contains(octets[position]) else { return position }
      position &+= 1
    }
    return position
  }
}

/// The fields of a header section that has been read, in the order they came (RFC 9110 5.3).
///
/// They are found again in the message when asked for: a request whose fields nobody looks at
/// costs no table of them.
public struct Fields: Sequence {
  public struct Field {
    public let name: Octets
    public let value: Octets
  }

  public struct Iterator: IteratorProtocol {
    fileprivate var reader = FieldSectionReader()
    fileprivate var position = 0
    fileprivate let section: Octets

    @inline(never)
    public mutating func next() -> Field? {
      guard let step = try? reader.read(section, &position), step == .field else { return nil }
      return Field(name: reader.name(in: section), value: reader.value(in: section))
    }
  }

  /// A complete and valid section with its closing empty line, or no octet at all.
  let section: Octets

  public func makeIterator() -> Iterator { Iterator(section: section) }

  /// The value of the first field of this name, nil without one.
  ///
  /// - Parameter name: in lower case.
  public subscript(name: StaticString) -> Octets? {
    for field in self where field.name.equalsIgnoringCase(name) { return field.value }
    return nil
  }
}
