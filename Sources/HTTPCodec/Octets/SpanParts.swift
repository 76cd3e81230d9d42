/// Taking octets apart. The codec reads messages where they lie and copies nothing: a part is a span of the
/// same memory, with indices of its own from 0 on.
extension Span<UInt8> {
  package var first: UInt8? { isEmpty ? nil : self[0] }
  package var last: UInt8? { isEmpty ? nil : self[count &- 1] }

  @inline(__always)
  package func allSatisfy(_ predicate: (UInt8) -> Bool) -> Bool {
    for i in indices where !predicate(self[i]) { return false }
    return true
  }

  /// How often an octet is among these.
  package func count(of octet: UInt8) -> Int {
    var count = 0
    for i in indices where self[i] == octet { count &+= 1 }
    return count
  }

  /// These octets without the spaces and tabs around them (OWS, RFC 9110 5.6.3).
  ///
  /// ```swift
  /// response.write(request.content.trimmed)
  /// ```
  public var trimmed: Span<UInt8> {
    @inline(never) @_lifetime(copy self)
    get {
      var start = 0
      var end = count
      while start < end, self[start].isWhitespace { start &+= 1 }
      while end > start, self[end &- 1].isWhitespace { end &-= 1 }
      return extracting(start..<end)
    }
  }

  /// What stands before the first `separator` and what stands after it.
  ///
  /// ```swift
  /// guard let authorization = request.fields["authorization"] else { return }
  /// let credentials = authorization.split(at: UInt8(ascii: " "))
  /// guard credentials.before == "Bearer", let token = credentials.after else { return }
  /// response.write(token)
  /// ```
  @inline(never) @_lifetime(copy self)
  public func split(at separator: UInt8) -> SplitOctets {
    for i in indices where self[i] == separator {
      return SplitOctets(before: extracting(0..<i), after: extracting(i &+ 1..<count))
    }
    return SplitOctets(before: self, after: nil)
  }

  /// Calls `body` with each element of a comma-separated list, trimmed; empty elements are
  /// skipped (RFC 9110 5.6.1.2).
  ///
  /// ```swift
  /// var acceptsGzip = false
  /// request.fields["accept-encoding"]?.forEachListElement { coding in
  ///   if coding == "gzip" { acceptsGzip = true }
  /// }
  /// ```
  public func forEachListElement(_ body: (Span<UInt8>) -> Void) {
    var rest = self
    while let element = rest.takeListElement() { body(element) }
  }

  /// Removes the first element of a comma-separated list from these octets and returns it, trimmed; nil when
  /// only empty elements are left.
  @inline(never) @_lifetime(copy self)
  package mutating func takeListElement() -> Span<UInt8>? {
    while !isEmpty {
      let split = split(at: .comma)
      let element = split.before.trimmed
      self = extracting(last: split.after?.count ?? 0)
      if !element.isEmpty { return element }
    }
    return nil
  }

  /// The number that these octets are in decimal digits (1*DIGIT); nil for anything else, no octet at
  /// all, or a number above `limit`.
  ///
  /// ```swift
  /// let page = request.query?.decimal(upTo: 1000) ?? 1
  /// ```
  @inline(never)
  public func decimal(upTo limit: Int64) -> Int64? {
    guard !isEmpty, limit >= 0 else { return nil }
    var value: UInt64 = 0
    for i in indices {
      let digit = self[i] &- 0x30
      // Checked before each step, so that no number of digits can overflow: what passes has room for a digit more,
      // without the sign. (A multiplication that checks itself, in 64 bits, needs a compiler runtime in the module.)
      guard digit < 10, value <= UInt64(Int64.max) / 10 else { return nil }
      value = value &* 10 &+ UInt64(digit)
    }
    return value <= UInt64(bitPattern: limit) ? Int64(bitPattern: value) : nil
  }
}

/// Octets that were split at their first separator. The separator is in neither part.
public struct SplitOctets: ~Escapable {
  /// What stands before the separator; all of it when there is no separator.
  public let before: Span<UInt8>
  /// What stands after the separator; nil when there is none.
  public let after: Span<UInt8>?

  @_lifetime(copy before, copy after)
  init(before: Span<UInt8>, after: Span<UInt8>?) {
    self.before = before
    self.after = after
  }
}
