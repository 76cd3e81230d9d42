import HTTPCodec
import Memory

/// What a client prefers, by its Accept fields (RFC 9110 12.5.1) or those of the same form. Qualities are in
/// thousandths, from 0, not acceptable, to 1000.
///
/// ```swift
/// let accept = AcceptedTypes(request.fields)
/// switch accept.best(of: ["application/json", "text/html"]) {
/// case 0: response.write("{}")
/// case 1: response.write("<!DOCTYPE html>")
/// default: response.fail(.notAcceptable, "application/json or text/html")
/// }
/// ```
///
/// Elements that are malformed count as not sent.
public struct AcceptedTypes: ~Escapable {
  private let fields: Fields

  /// - Parameter fields: those of a request.
  @_lifetime(copy fields)
  public init(_ fields: Fields) { self.fields = fields }

  /// How acceptable a media type is: 1000 where the client has sent no Accept. The most specific range that fits
  /// decides: one with parameters before "text/html", and that before "text/*" and "*/*".
  ///
  /// - Parameter offer: a media type, with parameters if it has any.
  @inline(never)
  public func quality(of offer: StaticString) -> Int {
    guard let offer = MediaType(offer.octets) else { return 0 }
    var elements = FieldElements(of: "accept", in: fields)
    var (quality, best) = (0, -1)
    while let element = elements.next() {
      guard let range = MediaType(element), let rank = AcceptedTypes.rank(of: range, for: offer),
        let q = weight(of: range.parameters)
      else { continue }
      if rank > best || rank == best && q > quality { (quality, best) = (q, rank) }
    }
    return elements.hasField ? quality : 1000
  }

  /// The place of the offer with the highest quality, the first of those where several have it; nil when none is
  /// acceptable.
  public func best(of offers: [StaticString]) -> Int? {
    var (place, quality) = (nil as Int?, 0)
    for i in offers.indices {
      let q = self.quality(of: offers[i])
      if q > quality { (place, quality) = (i, q) }
    }
    return place
  }

  /// How specific a range is that fits; nil when it does not.
  private static func rank(of range: MediaType, for offer: MediaType) -> Int? {
    if range.type == "*" { return range.subtype == "*" ? 0 : nil }
    guard range.type.equalsIgnoringCase(offer.type) else { return nil }
    if range.subtype == "*" { return 1 }
    guard range.subtype.equalsIgnoringCase(offer.subtype), offer.includesParameters(of: range)
    else { return nil }
    var rank = 2
    var parameters = range.parameters
    while let parameter = parameters.next() {
      if !parameter.name.equalsIgnoringCase("q") { rank &+= 1 }
    }
    return rank
  }
}

/// The content codings that a client accepts (Accept-Encoding, RFC 9110 12.5.3).
///
/// ```swift
/// let codings = AcceptedCodings(request.fields)
/// if codings.quality(of: "gzip") > 0 { response.addField("content-encoding", "gzip") }
/// ```
public struct AcceptedCodings: ~Escapable {
  private let fields: Fields

  /// - Parameter fields: those of a request.
  @_lifetime(copy fields)
  public init(_ fields: Fields) { self.fields = fields }

  /// How acceptable a coding is, in thousandths. "identity", the content as it is, is acceptable unless the client
  /// excludes it, by its name or by "*" (1000 where it is not named). Another coding is acceptable where it is named,
  /// where "*" is, and where there is no such field at all.
  ///
  /// - Parameter coding: "gzip", "br", "identity"; "x-gzip" is the same as "gzip" (RFC 9110 8.4.1.3).
  @inline(never)
  public func quality(of coding: StaticString) -> Int {
    var elements = FieldElements(of: "accept-encoding", in: fields)
    var (exact, other) = (nil as Int?, nil as Int?)
    while let element = elements.next() {
      let end = OctetSet.token.end(of: element, from: 0)
      let parameters = Parameters(element.extracting(end..<element.count))
      guard end > 0, let q = weight(of: parameters) else { continue }
      let name = element.extracting(0..<end)
      if name == "*" {
        other = max(other ?? 0, q)
      } else if AcceptedCodings.isSame(name, coding.octets) {
        exact = max(exact ?? 0, q)
      }
    }
    if let exact { return exact }
    if coding.octets.equalsIgnoringCase("identity") { return other == 0 ? 0 : 1000 }
    return other ?? (elements.hasField ? 0 : 1000)
  }

  /// The place of the coding with the highest quality, the first of those where several have it; nil when none is
  /// acceptable.
  public func best(of codings: [StaticString]) -> Int? {
    var (place, quality) = (nil as Int?, 0)
    for i in codings.indices {
      let q = self.quality(of: codings[i])
      if q > quality { (place, quality) = (i, q) }
    }
    return place
  }

  private static func isSame(_ name: Span<UInt8>, _ coding: Span<UInt8>) -> Bool {
    name.equalsIgnoringCase(coding)
      || name.equalsIgnoringCase("x-gzip") && coding.equalsIgnoringCase("gzip")
      || name.equalsIgnoringCase("x-compress") && coding.equalsIgnoringCase("compress")
  }
}

/// The elements of all fields of a name, which are one list (RFC 9110 5.3). Commas in quoted-strings separate nothing.
struct FieldElements: ~Escapable {
  private var fields: Fields.Iterator
  private let name: StaticString
  private var rest: Span<UInt8>
  /// Whether a quote of this field is never closed: then it and those behind it are octets like others, and are not
  /// looked for again.
  private var hasOpenQuote = false
  /// Whether there has been a field of the name.
  private(set) var hasField = false

  @_lifetime(copy fields)
  init(of name: StaticString, in fields: Fields) {
    self.fields = fields.makeIterator()
    self.name = name
    rest = Span()
  }

  /// The next element, trimmed and not empty; nil at the end.
  @inline(never) @_lifetime(copy self)
  mutating func next() -> Span<UInt8>? {
    while true {
      while !rest.isEmpty {
        let element = takeElement().trimmed
        if !element.isEmpty { return element }
      }
      guard let field = nextField() else { return nil }
      rest = field
      hasOpenQuote = false
    }
  }

  @_lifetime(copy self)
  private mutating func nextField() -> Span<UInt8>? {
    while let field = fields.next() {
      guard field.name.equalsIgnoringCase(name) else { continue }
      hasField = true
      return field.value
    }
    return nil
  }

  @_lifetime(copy self)
  private mutating func takeElement() -> Span<UInt8> {
    var end = 0
    while end < rest.count, rest[end] != .comma {
      var next = end &+ 1
      if rest[end] == .quote, !hasOpenQuote {
        let close = endOfQuoted(rest, from: end)
        if close == end { hasOpenQuote = true } else { next = close }
      }
      end = next
    }
    let element = rest.extracting(0..<end)
    rest = rest.extracting(droppingFirst: end &+ 1)
    return element
  }
}

/// The quality that parameters have, in thousandths: 1000 without one, nil for a malformed one (RFC 9110 12.4.2).
@inline(never)
func weight(of parameters: Parameters) -> Int? {
  var parameters = parameters
  var quality = 1000
  while let parameter = parameters.next() {
    guard parameter.name.equalsIgnoringCase("q") else { continue }
    guard let q = thousandths(parameter.value.sent) else { return nil }
    quality = q
  }
  return parameters.isMalformed ? nil : quality
}

/// A qvalue: "0" or "1", and up to three digits behind a point.
private func thousandths(_ text: Span<UInt8>) -> Int? {
  guard let first = text.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1"),
    text.count <= 5
  else { return nil }
  var value = first == UInt8(ascii: "1") ? 1000 : 0
  guard text.count > 1 else { return value }
  guard text[1] == UInt8(ascii: ".") else { return nil }
  var unit = 100
  for i in 2..<text.count {
    guard text[i].isDigit else { return nil }
    value &+= Int(text[i] &- 0x30) &* unit
    unit /= 10
  }
  return value <= 1000 ? value : nil
}
