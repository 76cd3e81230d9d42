import HTTPCodec
import Memory

/// An entity tag, which tells one representation of a resource from another (RFC 9110 8.8.3).
///
/// ```swift
/// let tag = EntityTag("\"33a64df5\"")           // strong: the same octets
/// let weak = EntityTag("W/\"33a64df5\"")        // weak: as good for a reader
/// ```
public struct EntityTag: ~Escapable {
  /// Whether it is a weak validator: what it stands for is equivalent, but may have other octets.
  public let isWeak: Bool
  /// What stands between the quotes.
  public let opaque: Span<UInt8>

  /// Reads a tag with its quotes, and with "W/" before them for a weak one; nil for anything else.
  @inline(never) @_lifetime(copy text)
  public init?(_ text: Span<UInt8>) {
    var list = EntityTagList(text)
    guard let tag = list.takeTag(), list.isAtEnd else { return nil }
    self = tag
  }

  /// Reads a literal, as `init(_:)` does.
  @_lifetime(immortal)
  public init?(_ literal: StaticString) {
    let octets = literal.octets
    self.init(octets)
  }

  @_lifetime(copy opaque)
  fileprivate init(opaque: Span<UInt8>, isWeak: Bool) {
    self.isWeak = isWeak
    self.opaque = opaque
  }

  /// The strong comparison: neither is weak, and they are the same (RFC 9110 8.8.3.2). It is for ranges and for
  /// changes.
  public func stronglyMatches(_ other: EntityTag) -> Bool {
    !isWeak && !other.isWeak && opaque == other.opaque
  }

  /// The weak comparison: they are the same, whether they are weak or not. It is for caches.
  public func weaklyMatches(_ other: EntityTag) -> Bool { opaque == other.opaque }
}

/// The entity tags of an If-Match or If-None-Match field, one after another: `#entity-tag`.
package struct EntityTagList: ~Escapable {
  private let text: Span<UInt8>
  private var position = 0

  @_lifetime(copy text)
  package init(_ text: Span<UInt8>) {
    self.text = text
  }

  /// The next tag; nil at the end, and at what is no tag.
  @inline(never) @_lifetime(copy self)
  package mutating func next() -> EntityTag? {
    while position < text.count, text[position] == .comma || text[position].isWhitespace {
      position &+= 1
    }
    guard let tag = takeTag() else { return nil }
    while position < text.count, text[position].isWhitespace { position &+= 1 }
    guard isAtEnd || text[position] == .comma else { return nil }
    return tag
  }

  var isAtEnd: Bool { position == text.count }

  @_lifetime(copy self)
  fileprivate mutating func takeTag() -> EntityTag? {
    var start = position
    // (case-sensitive: RFC 9110 8.8.3)
    let isWeak =
      text.count &- start > 2 && text[start] == UInt8(ascii: "W")
      && text[start &+ 1] == UInt8(ascii: "/")
    if isWeak { start &+= 2 }
    guard start < text.count, text[start] == .quote else { return nil }
    var end = start &+ 1
    // etagc: what is visible but the quote, and obs-text.
    while end < text.count, text[end] > .space, text[end] != .quote, text[end] != 0x7F { end &+= 1 }
    guard end < text.count, text[end] == .quote else { return nil }
    position = end &+ 1
    return EntityTag(opaque: text.extracting(start &+ 1..<end), isWeak: isWeak)
  }
}
