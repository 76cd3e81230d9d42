import Encodings

@testable import CodecOracle

/// The octets of a text that has them in hexadecimal, spaces aside.
func hex(_ text: String) -> [UInt8] {
  let digits = text.filter { !$0.isWhitespace }
  return stride(from: 0, to: digits.count, by: 2).map { place in
    let start = digits.index(digits.startIndex, offsetBy: place)
    return UInt8(digits[start...].prefix(2), radix: 16) ?? 0
  }
}

/// Deterministic octets.
func octets(count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 7) } }

// Spans cannot be handed to the macros of tests: these take arrays.

func encode(_ octets: [UInt8], _ base64: Base64? = nil) -> [UInt8] {
  base64?.encode(octets.span) ?? Hexadecimal.encode(octets.span)
}

func decode(_ text: String, _ base64: Base64? = nil) throws(InvalidEncoding) -> [UInt8] {
  try decode(octets(text), base64)
}

func decode(_ text: [UInt8], _ base64: Base64? = nil) throws(InvalidEncoding) -> [UInt8] {
  guard let base64 else { return try Hexadecimal.decode(text.span) }
  return try base64.decode(text.span)
}

func uuid(_ text: String) throws(InvalidEncoding) -> UUID { try UUID(octets(text).span) }

func sha256(_ octets: [UInt8]) -> [UInt8] { array(SHA256.digest(of: octets.span).span) }
