import HTTPCodec
import JSON

/// A number, as clients write it.
extension Double: TextValue {
  /// "a decimal number": what it must be is in `init(text:)`.
  public static var expectation: StaticString { "a decimal number" }

  /// Reads a decimal number as JSON writes it (RFC 8259 6), of at most 128 characters, rounded to the nearest `Double`,
  /// to the even one of two.
  ///
  /// Refused are what is too large for a finite number, infinity, and NaN.
  public init?(text: Span<UInt8>) {
    guard text.count <= 128, let number = decimalNumber(ofJSON: text) else { return nil }
    self = number
  }
}
