import CLinux
import Glibc
import GuestABI

// Socket options: the ABI's level 0 and its names, and no other.

extension Instance {
  func sockSetsockopt(
    _ fd: UInt32, level: UInt32, name: UInt32, value: UInt32, size: UInt32
  ) throws(Errno) {
    let entry = try descriptors.socket(fd)
    let option = try SocketOption(level: level, name: name)
    let value = try memory.bytes(value, count: size)
    // It is another process's as well.
    guard !entry.pointee.state.contains(.inherited) else { throw .noprotoopt }
    if option == .acceptsConnections {
      guard !isLeftToOthers(entry, number: fd) else { throw .noprotoopt }
      try refuseConnections(on: entry, value)
    } else {
      // It is the next instance's as well, or the present one's. (Options are set before `bind`.)
      guard !entry.pointee.state.contains(.shared) else { throw .noprotoopt }
      try option.set(
        value, on: entry.pointee.hostFD, largestBuffer: configuration.socketMemory / 4)
    }
  }

  /// - Parameter size: where the guest says how much room there is, and is told how much is used.
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

/// An option by its number in the ABI. Values have the layout of Linux on a 64-bit machine: int,
/// linger (8 bytes), or timeval (16 bytes).
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

  /// - Parameter largestBuffer: a larger one becomes this one, as with the kernel's own limit.
  func set(
    _ value: UnsafeMutableRawBufferPointer, on hostFD: Int32, largestBuffer: Int32
  ) throws(Errno) {
    guard self != .error, value.count == size else { throw .inval }
    if self == .sendBuffer || self == .receiveBuffer {
      // (The kernel takes a negative one for a large one.)
      let wanted = UInt32(bitPattern: value.loadUnaligned(as: Int32.self))
      let size = Int32(clamping: min(wanted, UInt32(largestBuffer)))
      return setOption(hostFD, SOL_SOCKET, hostName, size)
    }
    let result = setsockopt(
      hostFD, SOL_SOCKET, hostName, value.baseAddress, socklen_t(value.count))
    guard result == 0 else { throw .last }
  }

  /// Returns the bytes written.
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

/// ACCEPTCONN set to 0 on a listening socket: the kernel drops every request to connect from now
/// on, and goes on completing those it has answered. What comes then from `accept` is all there
/// will be, and the socket can be closed without a reset for anybody. (Linux has the option for
/// reading only; a listening socket can be shut down there, but that throws away its queue.)
private func refuseConnections(
  on entry: UnsafeMutablePointer<Descriptor>, _ value: UnsafeMutableRawBufferPointer
) throws(Errno) {
  guard value.count == 4, value.allSatisfy({ $0 == 0 }), entry.pointee.state.contains(.listening)
  else { throw .inval }
  guard refuse_new_connections(entry.pointee.hostFD) == 0 else { throw .last }
}
