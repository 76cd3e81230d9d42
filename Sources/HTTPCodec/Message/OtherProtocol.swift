import Memory

/// What comes first in protocols that clients and proxies are set to by mistake: the answer, and the
/// log, then tell the operator what to change.
enum OtherProtocol {
  /// The content type of a TLS record that holds a handshake message (RFC 8446 5.1).
  static var tlsHandshake: UInt8 { 0x16 }

  /// The first line of HTTP/2's preface (RFC 9113 3.4).
  static var http2Preface: StaticString { "PRI * HTTP/2.0" }

  /// What version 2 of the PROXY protocol begins with (proxy-protocol.txt 2.2).
  private static var proxySignature: StaticString { "\r\n\r\n\0\r\nQUIT\n" }

  /// Whether these octets are the signature of version 2, or method and target of version 1, which
  /// are no request: `PROXY TCP4 192.0.2.1 192.0.2.2 51234 80` (2.1).
  static func isProxyHeader(_ octets: Span<UInt8>) -> Bool {
    octets == proxySignature || octets == "PROXY TCP4" || octets == "PROXY TCP6"
      || octets == "PROXY UNKNOWN"
  }

  /// Whether these octets are the start of that signature.
  static func mayBeProxyHeader(_ octets: Span<UInt8>) -> Bool {
    let signature = proxySignature.octets
    return octets.count <= signature.count && octets == signature.extracting(first: octets.count)
  }
}
