/// FNV-1a over 64-bit words, the last one padded with zeros. It is eight times as fast as over octets.
func fnv1a(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  let words = bytes.count / 8
  for word in 0..<words {
    hash =
      (hash ^ bytes.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)) &* 0x100_0000_01b3
    // A product carries upwards only: this lets the high bits of a word reach the low ones.
    hash ^= hash >> 32
  }
  var last: UInt64 = 0
  for byte in bytes[(words * 8)...].reversed() { last = last << 8 | UInt64(byte) }
  return (hash ^ last ^ UInt64(bytes.count)) &* 0x100_0000_01b3
}
