/// The value that `convert` makes of a text.
///
/// - Parameter expected: what the text must be, for the message.
public func read<Value>(
  _ text: String, _ expected: String, as convert: (String) -> Value?
) throws(InvalidValue) -> Value {
  guard let value = convert(text) else { throw InvalidValue("must be \(expected)") }
  return value
}

/// A whole number.
public func number<Number: FixedWidthInteger>(
  _ text: String, in range: ClosedRange<Number>
) throws(InvalidValue) -> Number {
  try read(text, "a number from \(range.lowerBound) to \(range.upperBound)") { text in
    Number(text).flatMap { range.contains($0) ? $0 : nil }
  }
}

/// A number of seconds, with a fraction or without.
public func seconds(
  _ text: String, in range: ClosedRange<Int>
) throws(InvalidValue) -> Duration {
  let expected = "seconds from \(range.lowerBound) to \(range.upperBound), as 2.5"
  return try read(text, expected) { text in
    Double(text).flatMap { number in
      Double(range.lowerBound)...Double(range.upperBound) ~= number ? .seconds(number) : nil
    }
  }
}

/// A size in octets.
public func size(
  _ text: String, in range: ClosedRange<ByteSize>
) throws(InvalidValue) -> ByteSize {
  try read(text, "a size from \(range.lowerBound) to \(range.upperBound)") { text in
    ByteSize(text).flatMap { range.contains($0) ? $0 : nil }
  }
}

/// A number of octets: digits, and K, M or G for powers of 1024.
public struct ByteSize: Sendable, Comparable, CustomStringConvertible {
  public let bytes: Int64

  public init(bytes: Int64) { self.bytes = bytes }

  /// Nil for what is not a size, zero, and what does not fit into 63 bits.
  public init?(_ text: String) {
    let shifts: [Character: Int64] = ["K": 10, "M": 20, "G": 30]
    let shift = text.uppercased().last.flatMap { shifts[$0] }
    guard let number = Int64(shift == nil ? text[...] : text.dropLast()), number > 0,
      number <= Int64.max >> (shift ?? 0)
    else { return nil }
    bytes = number << (shift ?? 0)
  }

  public static func < (one: ByteSize, other: ByteSize) -> Bool { one.bytes < other.bytes }

  public var description: String {
    for (suffix, shift) in [("G", 30), ("M", 20), ("K", 10)] as [(String, Int64)]
    where bytes.isMultiple(of: 1 << shift) {
      return "\(bytes >> shift)\(suffix)"
    }
    return "\(bytes)"
  }
}
