import Encodings

/// The SHA-256 of octets in 64 hexadecimal digits, as sha256sum(1) prints it. No decision depends on it.
func digest(of octets: UnsafeRawBufferPointer) -> String {
  let digest = SHA256.digest(of: octets.bindMemory(to: UInt8.self).span)
  return String(decoding: Hexadecimal.encode(digest.span), as: UTF8.self)
}
