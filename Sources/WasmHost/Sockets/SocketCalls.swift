import Glibc

func localAddress(of descriptor: Int32) -> SocketAddress? {
  var storage = sockaddr_storage()
  var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
  let result = withUnsafeMutablePointer(to: &storage) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      getsockname(descriptor, $0, &size)
    }
  }
  return result == 0 ? SocketAddress(storage) : nil
}

/// The value of an option; nil where there is none.
func option(_ hostFD: Int32, _ level: Int32, _ name: Int32) -> Int32? {
  var value: Int32 = 0
  var size = socklen_t(MemoryLayout<Int32>.size)
  return getsockopt(hostFD, level, name, &value, &size) == 0 ? value : nil
}

/// Sets an option that is not essential: the socket also works where it cannot be set.
func setOption(_ hostFD: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
  var value = value
  setsockopt(hostFD, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
}
