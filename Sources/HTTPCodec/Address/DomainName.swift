/// Whether these octets are a registered name in ASCII, or an IPv4 address as browsers write it. They
/// take a name for one when its last label is a number (URL Standard, "ends in a number checker").
@inline(never)
package func isDomainName(_ octets: Span<UInt8>) -> Bool {
  guard octets.count <= 254 else { return false }
  var rest = octets
  var last = rest
  while true {
    let split = rest.split(at: UInt8(ascii: "."))
    last = split.before
    guard (1...63).contains(last.count), last.allSatisfy({ $0.isInLabel }) else { return false }
    // The root's dot may be at the end.
    guard let after = split.after, !after.isEmpty else { break }
    rest = after
  }
  return !isNumber(last) || IPAddress(octets).map { !$0.isIPv6 } == true
}

/// In decimal or hexadecimal digits.
private func isNumber(_ label: Span<UInt8>) -> Bool {
  if label.allSatisfy({ $0.isDigit }) { return true }
  guard label.count >= 2, label.extracting(first: 2).equalsIgnoringCase("0x") else { return false }
  return label.extracting(droppingFirst: 2).allSatisfy {
    $0.isDigit || ($0.asciiLowercase >= UInt8(ascii: "a") && $0.asciiLowercase <= UInt8(ascii: "f"))
  }
}

extension UInt8 {
  @inline(__always)
  package var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }

  /// A letter, a digit, "-" or "_".
  package var isInLabel: Bool {
    isLetter || isDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
  }
}
