import HTTPCodec
import Memory

/// The attributes of a cookie that a response sets (RFC 6265bis 4.1): who gets it back, and until when.
///
/// ```swift
/// var attributes = CookieAttributes()    // Path=/; Secure; HttpOnly; SameSite=Lax, until the client ends
/// attributes.maxAge = 14 * 86400
/// ```
public struct CookieAttributes: Sendable {
  /// With which requests of other sites a client sends a cookie (RFC 6265bis 5.6.7).
  public enum SameSite: Sendable {
    /// With none.
    case strict
    /// With those that lead to a page of this site by a safe method.
    case lax
    /// With all: the cookie must be secure.
    case none
  }

  /// When the cookie ends, in seconds since the Unix epoch, of a year from 1970 to 9999; nil for no such time.
  public var expires: Int64?
  /// After how many seconds it ends, which goes before `expires`; 0 removes it. Clients keep no cookie for more than
  /// 400 days (RFC 6265bis 5.5).
  public var maxAge: Int64?
  /// The domain whose hosts get it, such as "example.com"; nil for this host alone.
  public var domain: StaticString?
  /// The path that it is for, "/" for all; nil for that of the request.
  public var path: StaticString? = "/"
  /// Whether it is sent over TLS only (Secure); true unless it is changed.
  public var isSecure = true
  /// Whether scripts cannot read it (HttpOnly); true unless it is changed.
  public var isHTTPOnly = true
  /// With which requests of other sites it is sent; nil leaves that to the client.
  public var sameSite: SameSite? = .lax
  /// Whether it is kept apart for each site that embeds this one (Partitioned); it must be secure.
  public var isPartitioned = false

  /// A cookie for all of this host that ends with the client, over TLS, not for scripts, SameSite=Lax.
  public init() {}

  /// Those of a cookie that ends at once, with the same path: for removing one.
  public static var removal: CookieAttributes {
    var attributes = CookieAttributes()
    attributes.maxAge = 0
    return attributes
  }
}

extension OctetBuffer {
  /// Appends the value of a Set-Cookie field. What a client would refuse or read as something else is refused here,
  /// and nothing is appended: nothing is changed to make it fit.
  ///
  /// - Parameters:
  ///   - name: a token. "__Secure-" before it needs Secure, "__Host-" also Path=/ and no Domain, in any case of the
  ///     letters (RFC 6265bis 4.1.3).
  ///   - value: visible ASCII without quotes, commas, semicolons and backslashes, or that in quotes: encode other
  ///     octets, as by `Base64.url`. With the name at most 4096 octets (5.6).
  /// - Throws: `InvalidInput` about what is refused.
  @inline(never)
  package mutating func append(
    setCookie name: Span<UInt8>, _ value: Span<UInt8>, _ attributes: CookieAttributes
  ) throws(InvalidInput) {
    guard !name.isEmpty, OctetSet.token.containsAll(name) else {
      throw InvalidInput("name of a cookie", expectation: "a token")
    }
    guard value.isCookieValue else {
      throw InvalidInput("value of a cookie", expectation: "visible ASCII without \" , ; and \\")
    }
    guard name.count &+ value.count <= 4096 else {
      throw InvalidInput("value of a cookie", expectation: "at most 4096 octets with the name")
    }
    try attributes.check(name)
    append(name)
    append(octet: UInt8(ascii: "="))
    append(value)
    append(attributes)
  }

  private mutating func append(_ attributes: CookieAttributes) {
    if let expires = attributes.expires {
      append("; Expires=")
      append(httpDate: expires)
    }
    if let maxAge = attributes.maxAge {
      append("; Max-Age=")
      append(decimal: maxAge)
    }
    if let domain = attributes.domain {
      append("; Domain=")
      append(text: domain)
    }
    if let path = attributes.path {
      append("; Path=")
      append(text: path)
    }
    if attributes.isSecure { append("; Secure") }
    if attributes.isHTTPOnly { append("; HttpOnly") }
    switch attributes.sameSite {
    case .strict: append("; SameSite=Strict")
    case .lax: append("; SameSite=Lax")
    case .some(.none): append("; SameSite=None")
    case nil: break
    }
    if attributes.isPartitioned { append("; Partitioned") }
  }
}

extension CookieAttributes {
  fileprivate func check(_ name: Span<UInt8>) throws(InvalidInput) {
    if let expires, expires < 0 || expires > 253_402_300_799 {
      throw InvalidInput("Expires of a cookie", expectation: "a date from 1970 to 9999")
    }
    if let domain, !domain.octets.isCookieDomain {
      throw InvalidInput("Domain of a cookie", expectation: "a domain name")
    }
    if let path, !path.octets.isCookiePath {
      throw InvalidInput("Path of a cookie", expectation: "a path that begins with /")
    }
    if !isSecure {
      if case .some(.none) = sameSite {
        throw InvalidInput("SameSite=None of a cookie", expectation: "Secure with it")
      }
      if isPartitioned {
        throw InvalidInput("Partitioned of a cookie", expectation: "Secure with it")
      }
    }
    if name.extracting(first: 9).equalsIgnoringCase("__secure-"), !isSecure {
      throw InvalidInput("__Secure- of a cookie's name", expectation: "Secure with it")
    }
    if name.extracting(first: 7).equalsIgnoringCase("__host-") {
      guard isSecure, domain == nil, let path, path.octets == "/" else {
        throw InvalidInput(
          "__Host- of a cookie's name", expectation: "Secure, Path=/ and no Domain with it")
      }
    }
  }
}

extension Span<UInt8> {
  /// cookie-value (RFC 6265bis 4.1.1).
  fileprivate var isCookieValue: Bool {
    var octets = self
    if count >= 2, first == .quote, last == .quote { octets = extracting(1..<count &- 1) }
    return octets.allSatisfy {
      $0 > .space && $0 < 0x7F && $0 != .quote && $0 != .comma && $0 != .semicolon
        && $0 != .backslash
    }
  }

  /// Labels of letters, digits and hyphens (RFC 1034 3.5), without the leading dot that clients ignore.
  fileprivate var isCookieDomain: Bool {
    var rest = self
    if isEmpty || count > 253 { return false }
    while true {
      let split = rest.split(at: UInt8(ascii: "."))
      let label = split.before
      guard !label.isEmpty, label.count <= 63, label.first != UInt8(ascii: "-"),
        label.last != UInt8(ascii: "-"),
        label.allSatisfy({
          $0.isDigit || $0.asciiLowercase &- 0x61 < 26 || $0 == UInt8(ascii: "-")
        })
      else { return false }
      guard let after = split.after else { return true }
      rest = after
    }
  }

  /// path-value of at most the 1024 octets that clients keep (RFC 6265bis 5.6).
  fileprivate var isCookiePath: Bool {
    first == UInt8(ascii: "/") && count <= 1024
      && allSatisfy { $0 >= .space && $0 < 0x7F && $0 != .semicolon }
  }
}
