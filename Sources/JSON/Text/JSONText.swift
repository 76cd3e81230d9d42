import Memory

/// A string as its octets of UTF-8: for text that is kept, compared and passed on. A `String` that is compared or cut
/// needs the tables of Unicode in the module; this does not.
///
/// ```swift
/// var text: JSONText = "a literal"
/// if request.content == "other" { text = JSONText(request.content) }
/// response.write(text.span)
/// ```
public struct JSONText: Hashable, Sendable, ExpressibleByStringLiteral {
  /// The octets. Those that are not UTF-8 are written as U+FFFD; what is read always is UTF-8.
  public var octets: [UInt8]

  /// An empty string.
  public init() { octets = [] }

  /// A copy of some octets.
  public init(_ octets: Span<UInt8>) {
    // Valid as long as the closure runs, and copied there.
    self.octets = unsafe octets.withUnsafeBufferPointer { unsafe [UInt8]($0) }
  }

  /// Makes a text of octets: `JSONText(try form.required("title"))`.
  public init(_ octets: [UInt8]) { self.octets = octets }

  /// A copy of a literal.
  public init(stringLiteral literal: StaticString) { self.init(literal.octets) }

  /// Whether there is no octet.
  public var isEmpty: Bool { octets.isEmpty }

  /// The octets, to be looked at.
  public var span: Span<UInt8> {
    @_lifetime(borrow self) get { octets.span }
  }
}
