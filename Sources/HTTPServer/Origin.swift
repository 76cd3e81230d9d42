import HTTPCodec

extension CORS {
  /// The setting in the form in which requests' Origin fields are compared with it: "*", or origins
  /// as browsers write them, with commas between. It lives as long as the process.
  ///
  /// - Returns: nil when something in it could never match.
  static func policy(_ setting: Octets) -> Octets? {
    if setting.trimmed == "*" { return Octets("*") }
    var list = OctetBuffer(limit: 2 * setting.count)
    var isValid = true
    var rest = setting
    while let element = rest.takeListElement() {
      if !list.isEmpty { list.append(octet: UInt8(ascii: ",")) }
      if !list.append(origin: element) { isValid = false }
    }
    guard isValid, !list.overflowed else { return nil }
    if list.isEmpty { return Octets("") }
    let kept = UnsafeMutablePointer<UInt8>.allocate(capacity: list.count)
    kept.initialize(from: list.octets.base, count: list.count)
    return Octets(kept, count: list.count)
  }
}

extension OctetBuffer {
  /// Appends an origin as browsers write it, `scheme "://" host [ ":" port ]` (RFC 6454 6.2, URL
  /// Standard, "origin"): scheme and host in lower case, the port without leading zeros, and none
  /// where it is the scheme's own.
  ///
  /// - Returns: false for what is no origin: it is "null" or a pattern, has a path or userinfo, or a
  ///   host that no browser writes so.
  fileprivate mutating func append(origin text: Octets) -> Bool {
    guard let (scheme, rest) = text.split(at: .colon), isScheme(scheme),
      rest.count > 2, rest[0..<2] == "//"
    else { return false }
    append(lowercase: scheme)
    append("://")

    let authority = rest[2..<rest.count]
    var port: Octets?
    if authority.first == UInt8(ascii: "[") {
      guard let (literal, after) = authority[1..<authority.count].split(at: UInt8(ascii: "]")),
        let address = IPAddress(literal), address.isIPv6
      else { return false }
      append(octet: UInt8(ascii: "["))
      append(address: address.octets, isIPv6: true, hasDots: false)
      append(octet: UInt8(ascii: "]"))
      if !after.isEmpty {
        guard after.first == .colon else { return false }
        port = after[1..<after.count]
      }
    } else {
      let split = authority.split(at: .colon)
      let host = split?.before ?? authority
      guard isDomain(host) else { return false }
      append(lowercase: host)
      port = split?.after
    }

    guard let port else { return true }
    guard let number = port.decimal(upTo: 65535), number > 0 else { return false }
    if number == 80 && scheme.equalsIgnoringCase("http") { return true }
    if number == 443 && scheme.equalsIgnoringCase("https") { return true }
    append(octet: .colon)
    append(decimal: number)
    return true
  }

  private mutating func append(lowercase octets: Octets) {
    for octet in octets { append(octet: octet.asciiLowercase) }
  }
}

/// scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) (RFC 3986 3.1)
private func isScheme(_ octets: Octets) -> Bool {
  guard let first = octets.first, first.isLetter else { return false }
  return octets.allSatisfy {
    $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
      || $0 == UInt8(ascii: ".")
  }
}

/// Whether these octets are a registered name in ASCII, or an IPv4 address as browsers write it. They
/// take a name for one when its last label is a number (URL Standard, "ends in a number checker").
@inline(never)
func isDomain(_ octets: Octets) -> Bool {
  guard octets.count <= 254 else { return false }
  var rest = octets
  var last = rest
  while true {
    let split = rest.split(at: UInt8(ascii: "."))
    last = split?.before ?? rest
    guard (1...63).contains(last.count), last.allSatisfy({ $0.isInLabel }) else { return false }
    // The root's dot may be at the end.
    guard let split, !split.after.isEmpty else { break }
    rest = split.after
  }
  return !isNumber(last) || IPAddress(octets).map { !$0.isIPv6 } == true
}

/// In decimal or hexadecimal digits.
private func isNumber(_ label: Octets) -> Bool {
  if label.allSatisfy({ $0.isDigit }) { return true }
  guard label.count >= 2, label[0..<2].equalsIgnoringCase("0x") else { return false }
  return label[2..<label.count].allSatisfy {
    $0.isDigit || ($0.asciiLowercase >= UInt8(ascii: "a") && $0.asciiLowercase <= UInt8(ascii: "f"))
  }
}

extension UInt8 {
  fileprivate static var colon: UInt8 { UInt8(ascii: ":") }
  fileprivate var isLetter: Bool { asciiLowercase &- UInt8(ascii: "a") < 26 }
  var isInLabel: Bool {
    isLetter || isDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
  }
}
