import CLinux
import Glibc
import GuestABI

// Outgoing connections, and the addresses that a guest may reach.

extension Instance {
  /// Connects a socket. A blocking guest waits for the connection. A non-blocking one gets `inprogress`; its
  /// socket becomes writable when the connection is made or has failed, and SO_ERROR tells which.
  func sockConnect(
    _ call: HostCall, _ fd: UInt32, address: UInt32, port: UInt32
  ) throws(Errno) {
    let entry = try descriptors.socket(fd)
    let wanted = try destination(call, address, port: port, entry.pointee.transport)
    if !entry.pointee.isConnection { try checkRoomForConnection(call) }
    // As on accepted connections: the ABI has no option for it.
    if entry.pointee.kind == .stream {
      setOption(entry.pointee.hostFD, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }
    let mayInterrupt = !drain.isRequested
    while wanted.withSocketAddress({ connect(entry.pointee.hostFD, $0, $1) }) != 0 {
      // EALREADY: an earlier call has begun the connection.
      let error = errno
      guard error == EINPROGRESS || error == EALREADY else { throw Errno(host: error) }
      if error == EINPROGRESS { didConnect(entry, fd) }
      if entry.pointee.state.contains(.nonBlocking) { throw Errno(host: error) }
      try waitUntilConnected(entry.pointee.hostFD, mayInterrupt: mayInterrupt)
    }
    didConnect(entry, fd)
  }

  private func didConnect(_ entry: UnsafeMutablePointer<Descriptor>, _ number: UInt32) {
    descriptors.countConnection(entry)
    poller.didConnect(entry, number: number)
  }

  /// The address that a guest wants to reach.
  ///
  /// - Throws: `notcapable` for an address that was not granted.
  func destination(
    _ call: HostCall, _ address: UInt32, port: UInt32, _ transport: Transport
  ) throws(Errno) -> SocketAddress {
    let wanted = try socketAddress(address, port: port)
    guard destinations.allow(wanted, transport) else {
      reportRefusal(
        call, "\(wanted)\(transport.suffix)", granted: destinations.grants.map(\.description))
      throw .notcapable
    }
    return wanted
  }
}
