/// SipHash-2-4 with 128 bits of output: a message authentication code that takes a nanosecond for an octet, so
/// that it does not delay the start. (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, and its
/// authors' reference implementation.)
struct SipHash {
  private var v0, v1, v2, v3: UInt64
  /// Octets that are not a whole word yet, the first one lowest.
  private var tail: UInt64 = 0
  private var count: UInt64 = 0

  init(key: (UInt64, UInt64)) {
    v0 = key.0 ^ 0x736f_6d65_7073_6575
    v1 = key.1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
    v2 = key.0 ^ 0x6c79_6765_6e65_7261
    v3 = key.1 ^ 0x7465_6462_7974_6573
  }

  mutating func update(_ octets: UnsafeRawBufferPointer) {
    var place = 0
    while place < octets.count, count % 8 != 0 {
      take(octets[place])
      place += 1
    }
    while octets.count - place >= 8 {
      compress(UInt64(littleEndian: octets.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
      place += 8
      count += 8
    }
    while place < octets.count {
      take(octets[place])
      place += 1
    }
  }

  /// Takes as many octets into each of two hashes, at places that are multiples of 8 in both texts.
  ///
  /// A word has to wait for the one before it, so that half of the processor would idle: two texts side by side take
  /// little longer than one.
  static func update(
    _ one: inout SipHash, _ octets: UnsafeRawBufferPointer,
    _ other: inout SipHash, _ others: UnsafeRawBufferPointer
  ) {
    let words = min(octets.count, others.count) / 8
    var (first, second) = (one, other)
    for place in stride(from: 0, to: words * 8, by: 8) {
      first.compress(
        UInt64(littleEndian: octets.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
      second.compress(
        UInt64(littleEndian: others.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
    }
    first.count += UInt64(words * 8)
    second.count += UInt64(words * 8)
    (one, other) = (first, second)
    one.update(UnsafeRawBufferPointer(rebasing: octets[(words * 8)...]))
    other.update(UnsafeRawBufferPointer(rebasing: others[(words * 8)...]))
  }

  private mutating func take(_ octet: UInt8) {
    tail |= UInt64(octet) << (count % 8 * 8)
    count += 1
    if count % 8 == 0 {
      compress(tail)
      tail = 0
    }
  }

  /// The authentication code, in 16 octets.
  consuming func finalize() -> [UInt8] {
    compress(tail | count << 56)
    v2 ^= 0xee
    for _ in 0..<4 { round() }
    let first = v0 ^ v1 ^ v2 ^ v3
    v1 ^= 0xdd
    for _ in 0..<4 { round() }
    let second = v0 ^ v1 ^ v2 ^ v3
    return [first, second].flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
  }

  @inline(__always)
  private mutating func compress(_ word: UInt64) {
    v3 ^= word
    round()
    round()
    v0 ^= word
  }

  @inline(__always)
  private mutating func round() {
    v0 &+= v1
    v1 = (v1 << 13 | v1 >> 51) ^ v0
    v0 = v0 << 32 | v0 >> 32
    v2 &+= v3
    v3 = (v3 << 16 | v3 >> 48) ^ v2
    v0 &+= v3
    v3 = (v3 << 21 | v3 >> 43) ^ v0
    v2 &+= v1
    v1 = (v1 << 17 | v1 >> 47) ^ v2
    v2 = v2 << 32 | v2 >> 32
  }
}
