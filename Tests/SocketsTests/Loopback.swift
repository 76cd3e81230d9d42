#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A non-blocking client socket, connected to a port of this machine.
///
/// - Parameter waits: false for one that has only asked for the connection.
func connectToLoopback(port: UInt16, waits: Bool = true) -> Int32? {
  #if canImport(Glibc)
    let type = Int32(SOCK_STREAM.rawValue)
  #else
    let type = SOCK_STREAM
  #endif
  let client = socket(AF_INET, type, 0)
  if !waits { _ = fcntl(client, F_SETFL, O_NONBLOCK) }
  var name = sockaddr_in()
  name.sin_family = sa_family_t(AF_INET)
  name.sin_port = port.bigEndian
  name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  let status = withUnsafeBytes(of: &name) { bytes in
    bytes.baseAddress.map {
      connect(
        client, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<sockaddr_in>.size)
      )
    }
  }
  guard status == 0 || !waits && errno == EINPROGRESS else { return nil }
  _ = fcntl(client, F_SETFL, O_NONBLOCK)
  return client
}
