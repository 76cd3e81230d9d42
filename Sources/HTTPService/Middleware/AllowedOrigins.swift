import HTTPCodec
import Memory

/// The origins whose pages may read responses: every one, those of a list, or none.
package struct AllowedOrigins {
  /// "*", or origins as browsers write them with commas between, as requests' Origin fields are compared
  /// with them.
  package let list: ImmortalOctets

  /// What the setting must be.
  package static var expected: StaticString {
    """
    * or origins such as https://a.example or http://localhost:8000, with commas: \
    no path, no pattern, not null, and a host beyond ASCII in its xn-- form
    """
  }

  package static var every: AllowedOrigins { AllowedOrigins(list: ImmortalOctets("*")) }

  package static var none: AllowedOrigins { AllowedOrigins(list: ImmortalOctets()) }

  private init(list: ImmortalOctets) {
    self.list = list
  }

  /// Reads a list, as `CORS_ALLOW_ORIGIN` is one.
  ///
  /// - Returns: nil when something in it could never match.
  @_optimize(size)
  package init?(_ setting: Span<UInt8>) {
    if setting.trimmed == "*" {
      self = .every
      return
    }
    var normal = OctetBuffer(limit: 2 * setting.count)
    var isValid = true
    var rest = setting
    while let element = rest.takeListElement() {
      if !normal.isEmpty { normal.append(octet: UInt8(ascii: ",")) }
      if !normal.append(origin: element) { isValid = false }
    }
    guard isValid, !normal.overflowed, let list = ImmortalOctets(copying: normal.octets) else {
      return nil
    }
    self.list = list
  }

  package var isEmpty: Bool { list.isEmpty }

  package var containsEvery: Bool { list.span == "*" }

  package func contain(_ origin: Span<UInt8>) -> Bool {
    var rest = list.span
    while let listed = rest.takeListElement() {
      if listed == origin { return true }
    }
    return false
  }
}

extension OctetBuffer {
  /// Appends an origin as browsers write it, `scheme "://" host [ ":" port ]` (RFC 6454 6.2, URL
  /// Standard, "origin"): scheme and host in lower case, the port without leading zeros, and none
  /// where it is the scheme's own.
  ///
  /// - Returns: false for what is no origin: it is "null" or a pattern, has a path or userinfo, or a
  ///   host that no browser writes so.
  @_optimize(size)
  fileprivate mutating func append(origin text: Span<UInt8>) -> Bool {
    let split = text.split(at: .colon)
    let scheme = split.before
    guard let rest = split.after, isScheme(scheme), rest.count > 2,
      rest.extracting(first: 2) == "//"
    else { return false }
    append(lowercase: scheme)
    append("://")

    let authority = rest.extracting(droppingFirst: 2)
    var port: Span<UInt8>?
    if authority.first == UInt8(ascii: "[") {
      let literal = authority.extracting(droppingFirst: 1).split(at: UInt8(ascii: "]"))
      guard let after = literal.after, let address = IPAddress(literal.before), address.isIPv6
      else { return false }
      append(octet: UInt8(ascii: "["))
      append(address: address.octets, isIPv6: true, hasDots: false)
      append(octet: UInt8(ascii: "]"))
      if !after.isEmpty {
        guard after.first == .colon else { return false }
        port = after.extracting(droppingFirst: 1)
      }
    } else {
      let host = authority.split(at: .colon)
      guard isDomainName(host.before) else { return false }
      append(lowercase: host.before)
      port = host.after
    }

    guard let port else { return true }
    guard let number = port.decimal(upTo: 65535), number > 0 else { return false }
    if number == 80 && scheme.equalsIgnoringCase("http") { return true }
    if number == 443 && scheme.equalsIgnoringCase("https") { return true }
    append(octet: .colon)
    append(decimal: number)
    return true
  }

  private mutating func append(lowercase octets: Span<UInt8>) {
    for i in octets.indices { append(octet: octets[i].asciiLowercase) }
  }
}

/// scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) (RFC 3986 3.1)
private func isScheme(_ octets: Span<UInt8>) -> Bool {
  guard let first = octets.first, first.isLetter else { return false }
  return octets.allSatisfy {
    $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
      || $0 == UInt8(ascii: ".")
  }
}

extension UInt8 {
  fileprivate static var colon: UInt8 { UInt8(ascii: ":") }
}
