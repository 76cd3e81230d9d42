import HTTPCodec
import Memory

/// Reads a pattern part by part: "/todos/{id}/items" is a text, a parameter, and a text.
///
///     pattern   = 1*( "/" segment )
///     segment   = literal / "{" name "}" / "{" name "...}"   ; the last one only at the end
struct PatternReader: ~Escapable {
  enum Part {
    /// These octets of the pattern.
    case text(Range<Int>)
    /// One segment of the path, which is not empty.
    case parameter
    /// What is left of the path, with its slashes; it may be empty.
    case rest
    /// The pattern is against the rule.
    case fault
  }

  /// What a pattern must be, for people.
  static var rule: StaticString {
    "a pattern begins with /, is not percent-encoded, and has {name}, or {name...} at its end, for a whole segment only"
  }

  private let pattern: Span<UInt8>
  private var position = 0

  @_lifetime(copy pattern)
  init(_ pattern: Span<UInt8>) { self.pattern = pattern }

  @_optimize(size)
  mutating func next() -> Part? {
    let start = position
    if start == pattern.count { return nil }
    while position < pattern.count, !isSpecial(pattern[position]) { position &+= 1 }
    if position > start {
      // What stands before a brace ends in a slash, what stands behind one begins with it.
      let isWhole =
        pattern[start] == UInt8(ascii: "/")
        && (position == pattern.count || pattern[position &- 1] == UInt8(ascii: "/"))
      return isWhole ? .text(start..<position) : .fault
    }
    let end = pattern.segmentEnd(from: start)
    let segment = pattern.extracting(start..<end)
    position = end
    guard segment.first == UInt8(ascii: "{"), segment.count > 2,
      segment.last == UInt8(ascii: "}")
    else { return .fault }
    let name = segment.extracting(1..<segment.count &- 1)
    if !name.allSatisfy({ !isSpecial($0) }) { return .fault }
    if !name.isRest { return .parameter }
    return end == pattern.count && name.count > 3 ? .rest : .fault
  }

  private func isSpecial(_ octet: UInt8) -> Bool {
    octet == UInt8(ascii: "{") || octet == UInt8(ascii: "}") || octet == UInt8(ascii: "%")
  }
}

extension Span<UInt8> {
  /// Whether this is the name of a rest, without its braces.
  fileprivate var isRest: Bool { count >= 3 && extracting(last: 3) == "..." }

  /// Where the segment ends that begins at a position.
  @inline(never)
  func segmentEnd(from start: Int) -> Int {
    var end = start
    while end < count, self[end] != UInt8(ascii: "/") { end &+= 1 }
    return end
  }

  /// Where a text ends that a path has at a position; nil where the path has something else. Octets that the path
  /// has percent-encoded stand for themselves, except a slash, which separates no segments then (RFC 3986 2.2,
  /// 6.2.2.2).
  @inline(__always)
  func end(of text: Span<UInt8>, from start: Int) -> Int? {
    // (Octet by octet: what patterns have in common is short.)
    var position = start
    for i in text.indices {
      guard position < count, self[position] == text[i] else {
        return endOfEncoded(text, from: start)
      }
      position &+= 1
    }
    return position
  }

  @inline(never)
  private func endOfEncoded(_ text: Span<UInt8>, from start: Int) -> Int? {
    var position = start
    for i in text.indices {
      guard position < count, decodedOctet(at: position) == text[i] else { return nil }
      position &+= self[position] == UInt8(ascii: "%") ? 3 : 1
    }
    return position
  }

  /// The octet at a position, decoded where it is percent-encoded; nil for an encoded slash.
  @inline(__always)
  func decodedOctet(at position: Int) -> UInt8? {
    self[position] == UInt8(ascii: "%") ? escapedOctet(at: position) : self[position]
  }

  @inline(never)
  private func escapedOctet(at position: Int) -> UInt8? {
    let octet = self[position]
    guard position &+ 2 < count,
      let high = self[position &+ 1].hexadecimalValue,
      let low = self[position &+ 2].hexadecimalValue
    else { return octet }
    let decoded = UInt8(truncatingIfNeeded: high &<< 4 | low)
    return decoded == UInt8(ascii: "/") ? nil : decoded
  }

  /// The part of a path that a parameter or a rest of a pattern stands for, as it was sent; nil where the pattern has
  /// none of this name. The path must fit the pattern.
  @_lifetime(copy self)
  func part(_ name: StaticString, in pattern: Span<UInt8>) -> Span<UInt8>? {
    // A parameter takes a whole segment, so that both have the same segments up to a rest.
    var (position, place) = (0, 0)
    while place < pattern.count, position <= count {
      let placeEnd = pattern.segmentEnd(from: place)
      let end = segmentEnd(from: position)
      if placeEnd &- place >= 2, pattern[place] == UInt8(ascii: "{") {
        let found = pattern.extracting(place &+ 1..<placeEnd &- 1)
        if found == name { return extracting(position..<end) }
        if found.isRest, found.extracting(first: found.count &- 3) == name {
          return extracting(position..<count)
        }
      }
      (position, place) = (end &+ 1, placeEnd &+ 1)
    }
    return nil
  }
}
