/// A value that an option does not take: what it must be, or what is wrong with it.
public struct InvalidValue: Error, Equatable {
  public let reason: String
  public init(_ reason: String) { self.reason = reason }
}

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
