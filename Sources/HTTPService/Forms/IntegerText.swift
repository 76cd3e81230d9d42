import HTTPCodec

// An integer is ["-"] 1*DIGIT: no other sign, no space, no separators. Zeros may lead.

/// A whole number, as clients write it.
extension Int: TextValue {
  /// The range: that of `Int32` in a module, where an `Int` has 32 bits.
  public static var expectation: StaticString {
    #if arch(wasm32)
      Int32.expectation
    #else
      Int64.expectation
    #endif
  }

  /// Reads decimal digits, with "-" before them for a negative number.
  public init?(text: Span<UInt8>) {
    guard let value = signed(text, from: Int64(Int.min), to: Int64(Int.max)) else { return nil }
    self = Int(truncatingIfNeeded: value)
  }
}

/// A whole number, as clients write it.
extension Int32: TextValue {
  /// The range.
  public static var expectation: StaticString { "an integer from -2147483648 to 2147483647" }

  /// Reads decimal digits, with "-" before them for a negative number.
  public init?(text: Span<UInt8>) {
    guard let value = signed(text, from: Int64(Int32.min), to: Int64(Int32.max)) else { return nil }
    self = Int32(truncatingIfNeeded: value)
  }
}

/// A whole number, as clients write it.
extension Int64: TextValue {
  /// The range.
  public static var expectation: StaticString {
    "an integer from -9223372036854775808 to 9223372036854775807"
  }

  /// Reads decimal digits, with "-" before them for a negative number.
  public init?(text: Span<UInt8>) {
    guard let value = signed(text, from: .min, to: .max) else { return nil }
    self = value
  }
}

/// A whole number that is not negative, as clients write it.
extension UInt32: TextValue {
  /// The range.
  public static var expectation: StaticString { "an integer from 0 to 4294967295" }

  /// Reads decimal digits.
  public init?(text: Span<UInt8>) {
    guard let value = text.decimal(upTo: Int64(UInt32.max)) else { return nil }
    self = UInt32(truncatingIfNeeded: value)
  }
}

/// A whole number that is not negative, as clients write it.
extension UInt64: TextValue {
  /// The range.
  public static var expectation: StaticString { "an integer from 0 to 18446744073709551615" }

  /// Reads decimal digits.
  public init?(text: Span<UInt8>) {
    guard let value = unsigned(text, upTo: .max) else { return nil }
    self = value
  }
}

@inline(never)
private func signed(_ text: Span<UInt8>, from least: Int64, to most: Int64) -> Int64? {
  guard text.first == UInt8(ascii: "-") else { return text.decimal(upTo: most) }
  let digits = text.extracting(droppingFirst: 1)
  guard let magnitude = unsigned(digits, upTo: least.magnitude) else { return nil }
  return 0 &- Int64(truncatingIfNeeded: magnitude)
}

/// The number of decimal digits; nil for anything else, for none, or above `limit`.
private func unsigned(_ digits: Span<UInt8>, upTo limit: UInt64) -> UInt64? {
  guard !digits.isEmpty else { return nil }
  // Checked before each step, as `decimal(upTo:)` does it and for the same reason.
  let most = limit / 10
  var value: UInt64 = 0
  for i in digits.indices {
    guard digits[i].isDigit, value <= most else { return nil }
    value = value &* 10
    let digit = UInt64(digits[i] &- 0x30)
    guard digit <= limit &- value else { return nil }
    value &+= digit
  }
  return value
}
