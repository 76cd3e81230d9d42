import HTTPCodec
import Memory

/// What a Range field asks for (RFC 9110 14.2), for a representation of a known length.
///
/// ```swift
/// switch RequestedRange(request.fields, length: 1000) {
/// case .all: response.write("all of it")
/// case .part(let first, let last): response.write(first == 0 && last == 499 ? "half" : "a part")
/// case .unsatisfiable: response.fail(.rangeNotSatisfiable, "1000 octets")
/// }
/// ```
public enum RequestedRange: Equatable, Sendable {
  /// All of it, in a 200: there is no Range field, it has another unit than bytes, it is malformed, or it asks for
  /// several parts.
  ///
  /// A server may ignore any Range field (14.2). Several parts would be a multipart/byteranges content, which nearly
  /// no client asks for, and which is a way to have a server send an octet many times (17.15).
  case all
  /// One part, in a 206 with Content-Range: the positions of its first and of its last octet.
  case part(first: Int64, last: Int64)
  /// None of the octets that it asks for are there: 416 with Content-Range.
  case unsatisfiable

  /// The most ranges that are looked at: with more the field is ignored.
  public static var maxRanges: Int { 16 }

  /// Reads the Range field, which must be the only one.
  ///
  /// To be asked only for GET, and where `Preconditions` say that the range is to be used.
  ///
  /// - Parameters:
  ///   - fields: those of the request.
  ///   - length: of the representation, in octets, at least 0.
  public init(_ fields: Fields, length: Int64) {
    guard let value = only("range", fields) else {
      self = .all
      return
    }
    self = .init(value: value, length: length)
  }

  /// Reads the value of a Range field.
  @inline(never)
  package init(value: Span<UInt8>, length: Int64) {
    self = .all
    let split = value.split(at: UInt8(ascii: "="))
    guard split.before.equalsIgnoringCase("bytes"), var rest = split.after else { return }
    var count = 0
    var satisfiable: (first: Int64, last: Int64)?
    var isOne = true
    while let spec = rest.takeListElement() {
      count &+= 1
      guard count <= RequestedRange.maxRanges,
        let range = RequestedRange.positions(of: spec, length)
      else { return }
      guard range.first <= range.last else { continue }
      if satisfiable != nil { isOne = false }
      satisfiable = range
    }
    guard count > 0 else { return }
    guard let satisfiable else {
      // (A suffix of nothing is nothing, which Content-Range has no words for.)
      self = length == 0 ? .all : .unsatisfiable
      return
    }
    if isOne { self = .part(first: satisfiable.first, last: satisfiable.last) }
  }

  /// The positions of a range-spec within the representation, the last one before the first where there are none;
  /// nil for what is no range-spec.
  private static func positions(
    of spec: Span<UInt8>, _ length: Int64
  ) -> (first: Int64, last: Int64)? {
    let split = spec.split(at: UInt8(ascii: "-"))
    guard let after = split.after else { return nil }
    let end = length &- 1
    if split.before.isEmpty {
      guard let suffix = number(after) else { return nil }
      return (suffix >= length ? 0 : length &- suffix, suffix == 0 ? -1 : end)
    }
    guard let first = number(split.before) else { return nil }
    if after.isEmpty { return (first, end) }
    guard let last = number(after), first <= last else { return nil }
    return (first, min(last, end))
  }

  /// A number of digits, the largest that there is for all that are larger; nil for anything else.
  private static func number(_ digits: Span<UInt8>) -> Int64? {
    guard !digits.isEmpty, digits.allSatisfy({ $0.isDigit }) else { return nil }
    return digits.decimal(upTo: .max) ?? .max
  }
}

extension OctetBuffer {
  /// Appends the value of Content-Range: "bytes 0-499/1000", or "bytes */1000" for an unsatisfiable range; nothing
  /// for all of the representation (RFC 9110 14.4).
  package mutating func append(contentRange range: RequestedRange, length: Int64) {
    switch range {
    case .all: return
    case .part(let first, let last):
      append("bytes ")
      append(decimal: first)
      append(octet: UInt8(ascii: "-"))
      append(decimal: last)
    case .unsatisfiable: append("bytes *")
    }
    append(octet: UInt8(ascii: "/"))
    append(decimal: length)
  }
}
