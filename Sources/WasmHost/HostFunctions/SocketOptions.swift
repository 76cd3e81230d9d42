import CLinux
import Glibc
import GuestABI

// Socket options: level 0 of the ABI and its names, and no others.

extension Instance {
  func sockSetsockopt(
    _ fd: UInt32, level: UInt32, name: UInt32, value: UInt32, size: UInt32
  ) throws(Errno) {
    let entry = try descriptors.socket(fd)
    let option = try SocketOption(level: level, name: name)
    let value = try memory.bytes(value, count: size)
    // An inherited socket belongs to another process as well.
    guard !entry.pointee.state.contains(.inherited) else { throw .noprotoopt }
    if option == .acceptsConnections {
      guard !isLeftToOthers(entry, number: fd) else { throw .noprotoopt }
      try refuseConnections(on: entry, value)
    } else {
      // A shared socket is also that of other instances, now or later. (Guests set options before `bind`.)
      guard !entry.pointee.state.contains(.shared) else { throw .noprotoopt }
      try option.set(
        value, on: entry.pointee.hostFD, largestBuffer: configuration.socketMemory / 4)
    }
  }

  /// - Parameter size: the address of the size: at first the room for the value, and then the octets used.
  func sockGetsockopt(
    _ fd: UInt32, level: UInt32, name: UInt32, value: UInt32, size: UInt32
  ) throws(Errno) {
    let entry = try descriptors.socket(fd)
    let option = try SocketOption(level: level, name: name)
    let memory = memory
    let sizeSlot = try memory.slot(for: UInt32.self, at: size)
    let value = try memory.bytes(value, count: sizeSlot.record)
    sizeSlot.record = try option.get(value, from: entry.pointee.hostFD)
  }
}

/// A socket option by its number in the ABI. Values have the layout of 64-bit Linux: int, linger (8 octets) or
/// timeval (16 octets).
private enum SocketOption: UInt32 {
  case reuseAddress = 0
  case error = 2
  case sendBuffer = 5
  case receiveBuffer = 6
  case keepAlive = 7
  case linger = 9
  case receiveLowWater = 10
  case receiveTimeout = 11
  case sendTimeout = 12
  case acceptsConnections = 13

  init(level: UInt32, name: UInt32) throws(Errno) {
    guard level == 0, let option = SocketOption(rawValue: name) else { throw .inval }
    self = option
  }

  private var hostName: Int32 {
    switch self {
    case .reuseAddress: SO_REUSEADDR
    case .error: SO_ERROR
    case .sendBuffer: SO_SNDBUF
    case .receiveBuffer: SO_RCVBUF
    case .keepAlive: SO_KEEPALIVE
    case .linger: SO_LINGER
    case .receiveLowWater: SO_RCVLOWAT
    case .receiveTimeout: SO_RCVTIMEO
    case .sendTimeout: SO_SNDTIMEO
    case .acceptsConnections: SO_ACCEPTCONN
    }
  }

  private var size: Int {
    switch self {
    case .linger: 8
    case .receiveTimeout, .sendTimeout: 16
    default: 4
    }
  }

  /// - Parameter largestBuffer: the limit of buffer sizes. Larger ones become this one, as with the kernel's own
  ///   limit.
  func set(
    _ value: UnsafeMutableRawBufferPointer, on hostFD: Int32, largestBuffer: Int32
  ) throws(Errno) {
    guard self != .error, value.count == size else { throw .inval }
    if self == .sendBuffer || self == .receiveBuffer {
      // (The kernel takes a negative size for a large one.)
      let wanted = UInt32(bitPattern: value.loadUnaligned(as: Int32.self))
      let size = Int32(clamping: min(wanted, UInt32(largestBuffer)))
      return setOption(hostFD, SOL_SOCKET, hostName, size)
    }
    let result = setsockopt(
      hostFD, SOL_SOCKET, hostName, value.baseAddress, socklen_t(value.count))
    guard result == 0 else { throw .last }
  }

  /// Writes the option's value, and returns the number of octets written.
  func get(_ value: UnsafeMutableRawBufferPointer, from hostFD: Int32) throws(Errno) -> UInt32 {
    guard value.count >= size else { throw .inval }
    var length = socklen_t(size)
    guard getsockopt(hostFD, SOL_SOCKET, hostName, value.baseAddress, &length) == 0 else {
      throw .last
    }
    if self == .error {
      let code = Errno(host: value.loadUnaligned(as: Int32.self))
      value.storeBytes(of: Int32(code.rawValue), as: Int32.self)
    }
    return length
  }
}

/// Sets ACCEPTCONN to 0 on a listening socket: the kernel drops all requests to connect from now on, and
/// completes those that it has answered. What `accept` returns after that is all there will be, and closing the
/// socket then resets no client. (On Linux the option is read-only. shutdown(2) of a listening socket would
/// reset the connections in its queue.)
private func refuseConnections(
  on entry: UnsafeMutablePointer<Descriptor>, _ value: UnsafeMutableRawBufferPointer
) throws(Errno) {
  guard value.count == 4, value.allSatisfy({ $0 == 0 }), entry.pointee.state.contains(.listening)
  else { throw .inval }
  guard refuse_new_connections(entry.pointee.hostFD) == 0 else { throw .last }
  entry.pointee.state.insert(.refusesConnections)
}
