import HTTPCodec
import Sockets

extension OctetBuffer {
  /// Appends "127.0.0.1:1234", "[::1]:1234".
  mutating func append(address: SocketAddress) {
    if address.isIPv6 { append(octet: UInt8(ascii: "[")) }
    append(address: address.octets, isIPv6: address.isIPv6)
    if address.isIPv6 { append(octet: UInt8(ascii: "]")) }
    append(octet: UInt8(ascii: ":"))
    append(decimal: UInt64(address.port))
  }
}
