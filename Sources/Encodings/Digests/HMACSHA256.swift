import Memory

/// An authentication code of octets and a secret key: HMAC (RFC 2104) with SHA-256, as webhooks and signed cookies
/// and tokens have.
///
/// ```swift
/// let key = [UInt8](repeating: 7, count: 32)
/// guard let field = request.fields["x-signature"], let code = try? Hexadecimal.decode(field),
///   HMACSHA256.isValid(code.span, for: request.content, key: key.span)
/// else { return response.fail(.forbidden, "not signed") }
/// ```
public struct HMACSHA256: Sendable {
  private var inner = SHA256()
  private var outer = SHA256()

  /// An authentication code of no octets yet.
  ///
  /// - Parameter key: of any length. One of at least 32 random octets is as strong as the code (RFC 2104 3); of one
  ///   with more than 64 octets the digest is used.
  @inline(never)
  public init(key: Span<UInt8>) {
    if key.count > 64 {
      let digest = SHA256.digest(of: key)
      start(digest.span)
    } else {
      start(key)
    }
  }

  private mutating func start(_ key: Span<UInt8>) {
    var memory = InlineArray<64, UInt8>(repeating: 0x36)
    var pad = memory.mutableSpan
    for i in key.indices { pad[i] ^= key[i] }
    inner.update(pad.span)
    for i in 0..<64 { pad[i] ^= 0x36 ^ 0x5C }
    outer.update(pad.span)
  }

  /// Adds octets behind those that there are.
  public mutating func update(_ octets: Span<UInt8>) { inner.update(octets) }

  /// Adds a literal behind the octets that there are, such as what separates two parts: `code.update(".")`.
  public mutating func update(_ text: StaticString) { inner.update(text.octets) }

  /// The code of the octets so far; more can follow. Two codes are compared in constant time.
  public var code: SHA256.Digest {
    @inline(never) get {
      var outer = outer
      let digest = inner.digest
      outer.update(digest.span)
      return outer.digest
    }
  }

  /// The code of octets.
  public static func code(of octets: Span<UInt8>, key: Span<UInt8>) -> SHA256.Digest {
    var code = HMACSHA256(key: key)
    code.update(octets)
    return code.code
  }

  /// Whether a code that came with octets is theirs, compared in constant time. It must have all 32 octets.
  public static func isValid(
    _ code: Span<UInt8>, for octets: Span<UInt8>, key: Span<UInt8>
  ) -> Bool {
    let expected = self.code(of: octets, key: key)
    return isEqualInConstantTime(code, expected.span)
  }
}
