import HTTPCodec
import Memory

/// A type whose values clients write as text: in a path, a query, form data or a field.
///
/// Reading is exact: all of the text must be the value, and it must be within the type's range. Conforming types are
/// the integers, `Bool`, `Double`, `String`, `[UInt8]` (any octets), and yours:
///
/// ```swift
/// struct Celsius: TextValue {
///   var degrees: Double
///   static var expectation: StaticString { "a temperature above -273.15" }
///   init?(text: Span<UInt8>) {
///     guard let degrees = Double(text: text), degrees > -273.15 else { return nil }
///     self.degrees = degrees
///   }
/// }
/// if let form = try? FormFields(request.content), let room = try? form.value("room", as: Celsius.self) {
///   response.write(room.degrees < 18 ? "cold" : "warm")
/// }
/// ```
public protocol TextValue {
  /// What a text should have been, to be put behind "expected": "a number".
  static var expectation: StaticString { get }

  /// Reads the value; nil for a text that is none.
  ///
  /// - Parameter text: decoded, from a client: any octets.
  init?(text: Span<UInt8>)
}

/// An enumeration whose cases clients write as words.
///
/// ```swift
/// enum Order: TextChoice {
///   case ascending, descending
///   var text: StaticString {
///     switch self {
///     case .ascending: "asc"
///     case .descending: "desc"
///     }
///   }
/// }
/// if let form = try? FormFields(request.content), let order = try? form.value("order", as: Order.self) {
///   response.write(order == .ascending ? "up" : "down")
/// }
/// ```
public protocol TextChoice: TextValue, CaseIterable {
  /// The word that clients write, exactly so.
  var text: StaticString { get }
}

extension TextChoice {
  /// "one of the words that are known", unless the type says which they are.
  public static var expectation: StaticString { "one of the words that are known" }

  /// The case of a word; nil for any other word.
  public init?(text: Span<UInt8>) {
    for choice in Self.allCases where text == choice.text {
      self = choice
      return
    }
    return nil
  }
}

extension TextValue {
  /// Reads a text that is not encoded.
  package static func reading(
    _ text: Span<UInt8>, _ name: StaticString
  ) throws(InvalidInput) -> Self {
    guard let value = Self(text: text) else {
      throw InvalidInput(name, expectation: expectation)
    }
    return value
  }

  /// Reads a value of form data, as it was sent.
  package static func reading(
    formValue: Span<UInt8>, _ name: StaticString
  ) throws(InvalidInput) -> Self {
    try reading(encoded: formValue, plusIsSpace: true, name)
  }

  /// Reads a segment of a path, as it was sent.
  package static func reading(
    pathSegment: Span<UInt8>, _ name: StaticString
  ) throws(InvalidInput) -> Self {
    try reading(encoded: pathSegment, plusIsSpace: false, name)
  }

  private static func reading(
    encoded: Span<UInt8>, plusIsSpace: Bool, _ name: StaticString
  ) throws(InvalidInput) -> Self {
    // Most values have no escapes, and are read where they are.
    if encoded.isDecoded(plusIsSpace: plusIsSpace) { return try reading(encoded, name) }
    let text = try encoded.decoded(plusIsSpace: plusIsSpace, asText: false, name)
    return try reading(text.span, name)
  }
}
