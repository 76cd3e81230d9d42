import HTTPCodec
import Memory

/// A media type, as Content-Type has it (RFC 9110 8.3.1): `type "/" subtype parameters`.
///
/// ```swift
/// guard let field = request.fields["content-type"], let type = MediaType(field), type.is("application/json")
/// else { return response.fail(.unsupportedMediaType, "application/json is expected") }
/// ```
public struct MediaType: ~Escapable {
  /// The type, a token: compare it with `equalsIgnoringCase`.
  public let type: Span<UInt8>
  /// The subtype, a token.
  public let subtype: Span<UInt8>
  private let parameterText: Span<UInt8>

  /// Reads a media type with its parameters; nil for anything else.
  @inline(never) @_lifetime(copy text)
  public init?(_ text: Span<UInt8>) {
    let slash = OctetSet.token.end(of: text, from: 0)
    guard slash > 0, slash < text.count, text[slash] == UInt8(ascii: "/") else { return nil }
    let end = OctetSet.token.end(of: text, from: slash &+ 1)
    guard end > slash &+ 1 else { return nil }
    type = text.extracting(0..<slash)
    subtype = text.extracting(slash &+ 1..<end)
    parameterText = text.extracting(end..<text.count)
    guard parameters.areValid else { return nil }
  }

  package var parameters: Parameters {
    @_lifetime(copy self)
    get { Parameters(parameterText) }
  }

  /// Whether type and subtype are those of a literal, without regard to case and whatever the parameters are.
  ///
  /// ```swift
  /// if let field = request.fields["content-type"], let type = MediaType(field) {
  ///   if type.is("text/plain") { response.write("text\n") }
  /// }
  /// ```
  ///
  /// - Parameter literal: a media type without parameters.
  @inline(never)
  public func `is`(_ literal: StaticString) -> Bool {
    let split = literal.octets.split(at: UInt8(ascii: "/"))
    guard let subtype = split.after else { return false }
    return type.equalsIgnoringCase(split.before) && self.subtype.equalsIgnoringCase(subtype)
  }

  /// Whether the subtype ends with "+" and this literal, as that of "application/problem+json" does with "json"
  /// (RFC 6839).
  @inline(never)
  public func hasSuffix(_ literal: StaticString) -> Bool {
    let length = literal.utf8CodeUnitCount
    guard subtype.count > length, subtype[subtype.count &- length &- 1] == UInt8(ascii: "+") else {
      return false
    }
    return subtype.extracting(last: length).equalsIgnoringCase(literal)
  }

  /// The value of the first parameter of a name, without quotes; nil without one.
  ///
  /// ```swift
  /// if let field = request.fields["content-type"], let type = MediaType(field) {
  ///   let charset = type.parameter("charset")
  ///   response.write(charset.map { $0.span.equalsIgnoringCase("utf-8") } ?? true ? "UTF-8" : "other")
  /// }
  /// ```
  public func parameter(_ name: StaticString) -> [UInt8]? {
    value(of: name.octets)?.octets()
  }

  @_lifetime(copy self)
  package func value(of name: Span<UInt8>) -> ParameterValue? {
    var parameters = parameters
    while let parameter = parameters.next() {
      if parameter.name.equalsIgnoringCase(name) { return parameter.value }
    }
    return nil
  }

  /// Whether two media types are the same: type, subtype, and the same parameters in any order. The value of
  /// "charset" is compared without regard to case (RFC 9110 8.3.2), other values exactly. (One that has several values
  /// for a parameter, which is an error by RFC 6838 4.3, is the same as none.)
  public static func == (left: MediaType, right: MediaType) -> Bool {
    left.type.equalsIgnoringCase(right.type) && left.subtype.equalsIgnoringCase(right.subtype)
      && left.includesParameters(of: right) && right.includesParameters(of: left)
  }

  /// Whether each parameter of `other` but "q" is one of this media type as well.
  @inline(never)
  func includesParameters(of other: MediaType) -> Bool {
    var parameters = other.parameters
    while let parameter = parameters.next() {
      if parameter.name.equalsIgnoringCase("q") { continue }
      let ignoringCase = parameter.name.equalsIgnoringCase("charset")
      guard let value = value(of: parameter.name),
        value.equals(parameter.value, ignoringCase: ignoringCase)
      else { return false }
    }
    return true
  }
}
