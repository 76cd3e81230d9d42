import Encodings
import HTTPCodec
import Memory

/// The credentials of an Authorization field (RFC 9110 11.6.2).
///
/// ```swift
/// let secret: [UInt8] = [0x31, 0x34]
/// guard let token = Credentials(request.fields)?.bearerToken, isEqualInConstantTime(token, secret.span)
/// else { return response.fail(.unauthorized, "a token is needed") }
/// ```
public struct Credentials: ~Escapable {
  /// The scheme, a token: compare it with `equalsIgnoringCase`.
  public let scheme: Span<UInt8>
  /// What stands behind the scheme, as it was sent.
  public let parameters: Span<UInt8>

  /// Reads the Authorization field; nil without one, with several, and where it does not begin with a scheme.
  @inline(never) @_lifetime(copy fields)
  public init?(_ fields: Fields) {
    guard let value = only("authorization", fields) else { return nil }
    let end = OctetSet.token.end(of: value, from: 0)
    guard end > 0, end == value.count || value[end] == .space else { return nil }
    scheme = value.extracting(0..<end)
    parameters = value.extracting(end..<value.count).trimmed
  }

  /// The token of the scheme Bearer (RFC 6750 2.1); nil for another scheme, and for what is no token.
  public var bearerToken: Span<UInt8>? {
    @inline(never) @_lifetime(copy self)
    get {
      guard scheme.equalsIgnoringCase("bearer") else { return nil }
      // b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
      var end = parameters.count
      while end > 0, parameters[end &- 1] == UInt8(ascii: "=") { end &-= 1 }
      let isToken = parameters.extracting(0..<end).allSatisfy {
        $0.isDigit || $0.asciiLowercase &- 0x61 < 26 || $0 == UInt8(ascii: "-")
          || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "~")
          || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/")
      }
      return isToken && end > 0 ? parameters : nil
    }
  }

  /// User and password of the scheme Basic (RFC 7617); nil for another scheme, and for what is not base64 of UTF-8
  /// with a colon in it and without control characters.
  public var basic: BasicCredentials? {
    @inline(never) get {
      guard scheme.equalsIgnoringCase("basic"),
        let octets = try? Base64.standard.decode(parameters)
      else { return nil }
      return BasicCredentials(octets)
    }
  }
}

/// A user's name and password, in UTF-8 (RFC 7617 2).
///
/// ```swift
/// let secret: [UInt8] = [0x31, 0x34]
/// guard let user = Credentials(request.fields)?.basic, user.name == "admin",
///   isEqualInConstantTime(user.password, secret.span)
/// else { return response.fail(.unauthorized, "name and password are needed") }
/// ```
public struct BasicCredentials: ~Copyable {
  private let octets: [UInt8]
  private let colon: Int

  init?(_ octets: [UInt8]) {
    let span = octets.span
    // No CTL, of ASCII or (U+80 to U+9F: 0xC2 0x80-0x9F) other ones.
    guard let after = span.split(at: .colon).after, span.isUTF8,
      span.allSatisfy({ $0 >= .space && $0 != 0x7F })
    else { return nil }
    colon = span.count &- after.count &- 1
    self.octets = octets
  }

  /// The name: what stands before the first colon. It may be empty.
  public var name: Span<UInt8> {
    @_lifetime(borrow self)
    get { octets.span.extracting(0..<colon) }
  }

  /// The password, which may have colons in it, and may be empty. Compare it with `isEqualInConstantTime`.
  public var password: Span<UInt8> {
    @_lifetime(borrow self)
    get { octets.span.extracting(colon &+ 1..<octets.count) }
  }
}
