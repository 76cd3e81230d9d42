/// The elements of a Forwarded field's value, one for each proxy (RFC 7239 4):
///
///     Forwarded         = 1#forwarded-element
///     forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] )
///     forwarded-pair    = token "=" ( token / quoted-string )
///
/// What is in a quoted-string separates nothing: a client chooses the host that its proxy quotes.
/// Whitespace around ";" is let pass.
package struct ForwardedElements: ~Escapable {
  private let value: Span<UInt8>
  private var position = 0

  @_lifetime(copy value)
  package init(_ value: Span<UInt8>) {
    self.value = value
  }

  /// The "for" of the next element, with its quotes where it has any; empty for an element that has
  /// none or is malformed, nil at the end.
  @inline(never) @_lifetime(copy self)
  @_optimize(size)
  package mutating func next() -> Span<UInt8>? {
    var node: Span<UInt8>?
    var isEmpty = true
    var isValid = true
    var isBehindPair = false
    while position < value.count {
      let octet = value[position]
      if octet == .comma || octet == UInt8(ascii: ";") || octet.isWhitespace {
        position &+= 1
        if octet == .comma, !isEmpty { break }
        if octet == UInt8(ascii: ";") { isBehindPair = false }
        continue
      }
      isEmpty = false
      let name = takeText()
      guard !isBehindPair, !name.isEmpty, name.first != .quote, position < value.count,
        value[position] == UInt8(ascii: "=")
      else {
        isValid = false
        if name.isEmpty { position &+= 1 }
        continue
      }
      position &+= 1
      isBehindPair = true
      let text = takeText()
      if text.isEmpty { isValid = false }
      if name.equalsIgnoringCase("for") {
        // RFC 7239 4: each parameter once.
        if node != nil { isValid = false }
        node = text
      }
    }
    if isEmpty { return nil }
    guard isValid, let node else { return Span() }
    return node
  }

  /// A token, or a quoted-string with its quotes; empty when there is neither, or no closing quote, in
  /// which all is taken.
  @inline(never) @_lifetime(copy self)
  @_optimize(size)
  private mutating func takeText() -> Span<UInt8> {
    let start = position
    guard position < value.count, value[position] == .quote else {
      position = OctetSet.token.end(of: value, from: position)
      return value.extracting(start..<position)
    }
    position &+= 1
    while position < value.count, value[position] != .quote {
      position &+= value[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    position &+= 1
    return position <= value.count ? value.extracting(start..<position) : Span()
  }
}

extension UInt8 {
  fileprivate static var quote: UInt8 { 0x22 }
}
