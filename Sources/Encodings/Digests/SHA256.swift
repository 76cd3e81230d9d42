/// The SHA-256 digest of octets (FIPS 180-4), of all of them at once or as they come.
///
/// ```swift
/// let digest = SHA256.digest(of: request.content)
/// response.write(Hexadecimal.encode(digest.span).span)
///
/// var hash = SHA256()
/// hash.update(request.path)
/// hash.update(request.content)
/// let both = hash.digest
/// ```
///
/// It is for checksums, cache keys, and authentication codes (``HMACSHA256``). A password needs a function that is
/// slow on purpose instead (such as Argon2, RFC 9106).
public struct SHA256: Sendable {
  /// A digest: 32 octets.
  public struct Digest: Equatable, Sendable, BitwiseCopyable {
    /// The octets, the first one first.
    public let octets: InlineArray<32, UInt8>

    /// The octets as a span.
    public var span: Span<UInt8> {
      @_lifetime(borrow self)
      get { octets.span }
    }

    /// Whether two digests are equal, in a time that does not depend on where they differ.
    public static func == (left: Digest, right: Digest) -> Bool {
      isEqualInConstantTime(left.span, right.span)
    }
  }

  private var state: InlineArray<8, UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  /// The first `count % 64` of these are the octets that do not fill a block yet.
  private var block = InlineArray<64, UInt8>(repeating: 0)
  private var count: UInt64 = 0

  /// A digest of no octets yet.
  public init() {}

  /// The digest of octets.
  public static func digest(of octets: Span<UInt8>) -> Digest {
    var hash = SHA256()
    hash.update(octets)
    return hash.digest
  }

  /// Adds octets behind those that there are.
  @inline(never)
  public mutating func update(_ octets: Span<UInt8>) {
    var rest = octets
    let used = Int(truncatingIfNeeded: count % 64)
    count &+= UInt64(truncatingIfNeeded: octets.count)
    if used > 0 {
      let length = min(64 &- used, rest.count)
      fill(rest.extracting(first: length), from: used)
      rest = rest.extracting(droppingFirst: length)
      guard used &+ length == 64 else { return }
      SHA256.add(block.span, to: &state)
    }
    let whole = rest.count & ~63
    SHA256.add(rest.extracting(first: whole), to: &state)
    fill(rest.extracting(droppingFirst: whole), from: 0)
  }

  /// The digest of the octets so far; more can follow.
  public var digest: Digest {
    @inline(never) get {
      // The octets that are left, a one bit, zeros, and the length in bits (FIPS 180-4 5.1.1).
      var last = self
      let used = Int(truncatingIfNeeded: count % 64)
      last.fillZeros(from: used, mark: 0x80)
      if used >= 56 {
        SHA256.add(last.block.span, to: &last.state)
        last.fillZeros(from: 0, mark: 0)
      }
      last.fill(bits: count &* 8)
      SHA256.add(last.block.span, to: &last.state)
      return Digest(octets: last.stateOctets)
    }
  }

  private var stateOctets: InlineArray<32, UInt8> {
    var octets = InlineArray<32, UInt8>(repeating: 0)
    var span = octets.mutableSpan
    let words = state.span
    for i in 0..<32 {
      span[i] = UInt8(truncatingIfNeeded: words[i >> 2] >> UInt32(24 &- 8 &* (i & 3)))
    }
    return octets
  }

  private mutating func fill(_ octets: Span<UInt8>, from start: Int) {
    var span = block.mutableSpan
    for i in octets.indices { span[start &+ i] = octets[i] }
  }

  private mutating func fillZeros(from start: Int, mark: UInt8) {
    var span = block.mutableSpan
    span[start] = mark
    for i in start &+ 1..<64 { span[i] = 0 }
  }

  private mutating func fill(bits: UInt64) {
    var span = block.mutableSpan
    for i in 0..<8 { span[56 &+ i] = UInt8(truncatingIfNeeded: bits >> UInt64(56 &- 8 &* i)) }
  }

  /// Adds whole blocks of 64 octets.
  @inline(never)
  private static func add(_ blocks: Span<UInt8>, to state: inout InlineArray<8, UInt32>) {
    // (Through spans: an inline array that is indexed by a variable may be copied at each access.)
    var memory = InlineArray<64, UInt32>(repeating: 0)
    var words = memory.mutableSpan
    let constants = constants
    let k = constants.span
    var start = 0
    while blocks.count &- start >= 64 {
      let octets = blocks.extracting(start..<start &+ 64)
      for i in 0..<16 {
        let word =
          UInt32(octets[4 &* i]) << 24 | UInt32(octets[4 &* i &+ 1]) << 16
          | UInt32(octets[4 &* i &+ 2]) << 8 | UInt32(octets[4 &* i &+ 3])
        words[i] = word
      }
      for i in 16..<64 {
        let (a, b) = (words[i &- 15], words[i &- 2])
        let low = a.rotated(7) ^ a.rotated(18) ^ (a &>> 3)
        let high = b.rotated(17) ^ b.rotated(19) ^ (b &>> 10)
        words[i] = words[i &- 16] &+ low &+ words[i &- 7] &+ high
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      var (e, f, g, h) = (state[4], state[5], state[6], state[7])
      for i in 0..<64 {
        let choice = (e & f) ^ (~e & g)
        let majority = (a & b) ^ (a & c) ^ (b & c)
        let first =
          h &+ (e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)) &+ choice &+ k[i] &+ words[i]
        let second = (a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)) &+ majority
        (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
      }
      state[0] &+= a
      state[1] &+= b
      state[2] &+= c
      state[3] &+= d
      state[4] &+= e
      state[5] &+= f
      state[6] &+= g
      state[7] &+= h
      start &+= 64
    }
  }

  /// The first 32 bits of the fractions of the cube roots of the first 64 primes.
  private static let constants: InlineArray<64, UInt32> = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}

extension UInt32 {
  @inline(__always)
  fileprivate func rotated(_ count: UInt32) -> UInt32 { self &>> count | self &<< (32 &- count) }
}
