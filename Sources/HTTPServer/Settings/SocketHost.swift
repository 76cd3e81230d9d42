import HTTPCodec
import Sockets

extension SocketAddress {
  init(_ host: IPAddress, port: UInt16) {
    self.init(octets: host.octets, isIPv6: host.isIPv6, port: port)
  }

  /// The address without the port. (An IPv4 one that a dual-stack socket has mapped is IPv4 again.)
  var host: IPAddress { IPAddress(octets: octets, isIPv6: isIPv6) }
}
