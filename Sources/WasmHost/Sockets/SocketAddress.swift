import Glibc

/// A socket's address as the ABI has it: 4 or 16 octets in network order, and a port in host order.
struct SocketAddress: CustomStringConvertible {
  let host: [UInt8]
  let port: UInt16

  init(host: [UInt8], port: UInt16) {
    self.host = host
    self.port = port
  }

  /// The address that a system call has filled in; nil for a family that the ABI does not have.
  init?(_ storage: sockaddr_storage) {
    var storage = storage
    switch Int32(storage.ss_family) {
    case AF_INET:
      let address = withUnsafeBytes(of: &storage) { $0.load(as: sockaddr_in.self) }
      host = withUnsafeBytes(of: address.sin_addr) { Array($0) }
      port = UInt16(bigEndian: address.sin_port)
    case AF_INET6:
      let address = withUnsafeBytes(of: &storage) { $0.load(as: sockaddr_in6.self) }
      host = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
      port = UInt16(bigEndian: address.sin6_port)
    default: return nil
    }
  }

  func withSocketAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    var storage = sockaddr_storage()
    let size: Int
    if host.count == 4 {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: host) }
      size = MemoryLayout<sockaddr_in>.size
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in.self) }
    } else {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: host.prefix(16)) }
      size = MemoryLayout<sockaddr_in6>.size
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in6.self) }
    }
    return withUnsafePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(size)) }
    }
  }

  var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = host.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, host, &text, socklen_t(text.count)) != nil else { return "?:\(port)" }
    let name = String(
      decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return host.count == 4 ? "\(name):\(port)" : "[\(name)]:\(port)"
  }
}
