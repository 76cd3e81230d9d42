import Memory

/// Comparing octets with literals and with each other. They are compared as they are, without regard to
/// any encoding: a path is compared as it was sent.
extension Span<UInt8> {
  /// Whether two spans have the same octets in the same order.
  @inline(never)
  public static func == (left: Span<UInt8>, right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    var position = 0
    while let word = left.wholeWord(at: position), let other = right.wholeWord(at: position) {
      guard word == other else { return false }
      position &+= 8
    }
    while position < left.count {
      guard left[position] == right[position] else { return false }
      position &+= 1
    }
    return true
  }

  /// Whether these octets are those of a literal.
  ///
  /// ```swift
  /// routes.get { context, response in
  ///   if context.request.path == "/health" { response.write("ok\n") }
  /// }
  /// ```
  public static func == (left: Span<UInt8>, right: StaticString) -> Bool {
    left == right.octets
  }

  /// Whether two spans differ in an octet or in length.
  public static func != (left: Span<UInt8>, right: Span<UInt8>) -> Bool { !(left == right) }

  /// Whether these octets are not those of a literal.
  public static func != (left: Span<UInt8>, right: StaticString) -> Bool { !(left == right) }

  /// Whether these octets begin with those of a literal.
  ///
  /// ```swift
  /// if context.request.path.starts(with: "/todos/") { response.write("one\n") }
  /// ```
  public func starts(with literal: StaticString) -> Bool {
    extracting(first: literal.utf8CodeUnitCount) == literal
  }

  /// Whether these octets are `lowercase`, ASCII letters compared without regard to case, as
  /// field names, connection options and coding names are (RFC 9110 5.1, 7.6.1; RFC 9112 7).
  ///
  /// ```swift
  /// if let type = context.request.fields["content-type"], type.equalsIgnoringCase("application/json") {
  ///   response.contentType = "application/json"
  /// }
  /// ```
  ///
  /// - Parameter lowercase: a literal, by convention without upper-case letters.
  public func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
    equalsIgnoringCase(lowercase.octets)
  }

  /// Whether two spans have the same octets, ASCII letters compared without regard to case.
  @inline(never)
  public func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var position = 0
    while let word = wholeWord(at: position), let otherWord = other.wholeWord(at: position) {
      guard word.equalsIgnoringCase(otherWord) else { return false }
      let last = count &- 8
      if position == last { return true }
      // (The last word may begin among octets that were compared already.)
      position = min(position &+ 8, last)
    }
    for i in indices {
      let difference = self[i] ^ other[i]
      guard difference == 0 || difference == 0x20 && self[i].isLetter else { return false }
    }
    return true
  }
}
