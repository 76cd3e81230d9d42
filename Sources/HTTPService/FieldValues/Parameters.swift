import HTTPCodec
import Memory

/// The parameters of a field's value (RFC 9110 5.6.6), one after another:
///
///     parameters = *( OWS ";" OWS [ parameter ] )
///     parameter  = token "=" ( token / quoted-string )
package struct Parameters: ~Escapable {
  private let text: Span<UInt8>
  private var position = 0
  /// Whether reading has ended where there is no parameter.
  package private(set) var isMalformed = false

  /// - Parameter text: from the first ";" on, or empty.
  @_lifetime(copy text)
  package init(_ text: Span<UInt8>) {
    self.text = text
  }

  /// The next parameter; nil at the end and behind what is malformed.
  @inline(never) @_lifetime(copy self)
  package mutating func next() -> Parameter? {
    while !isMalformed {
      skipWhitespace()
      guard position < text.count else { return nil }
      guard text[position] == .semicolon else { break }
      position &+= 1
      skipWhitespace()
      let start = position
      position = OctetSet.token.end(of: text, from: start)
      // (An empty parameter, as in "a;;b" or "a;".)
      if position == start, position == text.count || text[position] == .semicolon { continue }
      let name = text.extracting(start..<position)
      guard !name.isEmpty, position < text.count, text[position] == UInt8(ascii: "=") else { break }
      position &+= 1
      guard let value = takeValue() else { break }
      return Parameter(name: name, value: value)
    }
    isMalformed = true
    return nil
  }

  /// Whether all of them are well-formed.
  package var areValid: Bool {
    var rest = self
    while rest.next() != nil {}
    return !rest.isMalformed
  }

  @_lifetime(copy self)
  private mutating func takeValue() -> ParameterValue? {
    let start = position
    if position < text.count, text[position] == .quote {
      position = endOfQuoted(text, from: position)
      guard position > start else { return nil }
      return ParameterValue(text.extracting(start &+ 1..<position &- 1), isQuoted: true)
    }
    position = OctetSet.token.end(of: text, from: position)
    if position == start { return nil }
    return ParameterValue(text.extracting(start..<position), isQuoted: false)
  }

  @_lifetime(self: copy self)
  private mutating func skipWhitespace() {
    while position < text.count, text[position].isWhitespace { position &+= 1 }
  }
}

/// Where a quoted-string that begins at `start` ends, behind its closing quote; `start` without one (RFC 9110 5.6.4).
@inline(never)
func endOfQuoted(_ text: Span<UInt8>, from start: Int) -> Int {
  guard start < text.count, text[start] == .quote else { return start }
  var position = start &+ 1
  while position < text.count, text[position] != .quote {
    position &+= text[position] == .backslash ? 2 : 1
  }
  return position < text.count ? position &+ 1 : start
}

/// A parameter of a field's value.
package struct Parameter: ~Escapable {
  /// A token, not empty; compare it with `equalsIgnoringCase`.
  package let name: Span<UInt8>
  package let value: ParameterValue

  @_lifetime(copy name, copy value)
  init(name: Span<UInt8>, value: ParameterValue) {
    self.name = name
    self.value = value
  }
}

/// A parameter's value: a token, or what stands between the quotes of a quoted-string.
package struct ParameterValue: ~Escapable {
  /// As it was sent, without the quotes, and with the backslashes of quoted pairs.
  package let sent: Span<UInt8>
  private let isQuoted: Bool

  @_lifetime(copy sent)
  init(_ sent: Span<UInt8>, isQuoted: Bool) {
    self.sent = sent
    self.isQuoted = isQuoted
  }

  /// Hands out the octets one after another, without the backslashes of quoted pairs (RFC 9110 5.6.4).
  ///
  /// - Parameter keepsPaths: only \" and \\ are quoted pairs, and other backslashes stand for themselves, as browsers
  ///   send them in file names.
  @inline(__always)
  func forEach(keepsPaths: Bool = false, _ body: (UInt8) -> Bool) -> Bool {
    var position = 0
    while position < sent.count {
      var octet = sent[position]
      position &+= 1
      if isQuoted, octet == .backslash, position < sent.count {
        let next = sent[position]
        if !keepsPaths || next == .quote || next == .backslash {
          octet = next
          position &+= 1
        }
      }
      guard body(octet) else { return false }
    }
    return true
  }

  /// The octets without the backslashes of quoted pairs.
  @inline(never)
  package func octets(keepsPaths: Bool = false) -> [UInt8] {
    var octets: [UInt8] = []
    octets.reserveCapacity(sent.count)
    _ = forEach(keepsPaths: keepsPaths) { octet in
      octets.append(octet)
      return true
    }
    return octets
  }

  /// Whether these are the octets of `other`.
  @inline(never)
  package func equals(
    _ other: Span<UInt8>, ignoringCase: Bool = false, keepsPaths: Bool = false
  ) -> Bool {
    var position = 0
    let isStart = forEach(keepsPaths: keepsPaths) { octet in
      guard position < other.count else { return false }
      let same =
        octet == other[position]
        || ignoringCase && octet.asciiLowercase == other[position].asciiLowercase
      position &+= 1
      return same
    }
    return isStart && position == other.count
  }

  /// Whether both values are the same.
  func equals(_ other: ParameterValue, ignoringCase: Bool) -> Bool {
    if !isQuoted || !sent.contains(.backslash) {
      return other.equals(sent, ignoringCase: ignoringCase)
    }
    if !other.isQuoted || !other.sent.contains(.backslash) {
      return equals(other.sent, ignoringCase: ignoringCase)
    }
    let octets = octets()
    return other.equals(octets.span, ignoringCase: ignoringCase)
  }
}

extension Span<UInt8> {
  func contains(_ octet: UInt8) -> Bool { !allSatisfy { $0 != octet } }
}

extension UInt8 {
  static var quote: UInt8 { 0x22 }
  static var semicolon: UInt8 { 0x3B }
  static var backslash: UInt8 { 0x5C }
}
