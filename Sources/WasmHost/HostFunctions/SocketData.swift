import CLinux
import Glibc
import GuestABI

// Sending and receiving on sockets.

extension Instance {
  func sockRecvFrom(
    _ fd: UInt32, vectors: UInt32, count: UInt32, address: UInt32, flags: UInt32, read: UInt32,
    outFlags: UInt32
  ) throws(Errno) {
    let source = try addressBuffer(address)
    try sockRecv(
      fd, vectors: vectors, count: count, flags: flags, read: read, outFlags: outFlags,
      source: source)
  }

  func sockRecv(
    _ fd: UInt32, vectors address: UInt32, count: UInt32, flags: UInt32, read: UInt32,
    outFlags: UInt32, source: AddressBuffer? = nil
  ) throws(Errno) {
    let entry = try descriptors.socket(fd)
    guard flags & ~(ReceiveFlags.peek | ReceiveFlags.waitAll) == 0 else { throw .inval }
    let memory = memory
    try vectors.gather(address, count: count, in: memory)
    // The results' addresses are checked before anything is taken from the socket: afterwards, a bad one would
    // lose the data.
    let readResult = try memory.slot(for: UInt32.self, at: read)
    let flagsResult = try memory.slot(for: UInt16.self, at: outFlags)
    var hostFlags: Int32 = 0
    if flags & ReceiveFlags.peek != 0 { hostFlags |= Int32(MSG_PEEK) }
    if flags & ReceiveFlags.waitAll != 0 { hostFlags |= Int32(MSG_WAITALL) }
    let (bytes, isTruncated) = try receive(entry, flags: hostFlags, source: source)
    readResult.record = UInt32(truncatingIfNeeded: bytes)
    flagsResult.record = isTruncated ? ReceivedFlags.dataTruncated : 0
  }

  func sockSend(
    _ call: HostCall, _ fd: UInt32, vectors address: UInt32, count: UInt32, flags: UInt32,
    written: UInt32, to target: (address: UInt32, port: UInt32)? = nil
  ) throws(Errno) {
    let entry = try descriptors.socket(fd)
    guard flags == 0 else { throw .inval }
    var receiver: SocketAddress?
    if let target {
      receiver = try destination(
        call, target.address, port: target.port, entry.pointee.transport)
    }
    let memory = memory
    try vectors.gather(address, count: count, in: memory)
    let result = try memory.slot(for: UInt32.self, at: written)
    defer { if entry.pointee.needsWatchForRoom { poller.add(fd) } }
    result.record = UInt32(truncatingIfNeeded: try send(entry, to: receiver))
  }

  /// Receives into the gathered vectors. Zero octets mean that the peer has closed its side.
  func receive(
    _ entry: UnsafeMutablePointer<Descriptor>, flags: Int32,
    source: AddressBuffer? = nil
  ) throws(Errno) -> (bytes: Int, isTruncated: Bool) {
    let isNonBlocking = entry.pointee.state.contains(.nonBlocking)
    if isNonBlocking, !entry.pointee.mayRead(inPoll: poller.calls) { throw .again }
    let isPeek = flags & Int32(MSG_PEEK) != 0
    // (WAITALL has no meaning for datagrams: one call receives one.)
    let isWaitAll = flags & Int32(MSG_WAITALL) != 0 && entry.pointee.kind == .stream
    var taken = 0
    while true {
      let wanted = vectors.total
      let (bytes, isTruncated) = receiveOnce(entry.pointee.hostFD, flags, source)
      if bytes >= 0 {
        if !isPeek { entry.pointee.didRead(bytes, of: wanted) }
        taken += bytes
        // The host's socket does not block, so this loop does what WAITALL asks for on a blocking one.
        guard isWaitAll, !isNonBlocking, !isPeek, bytes > 0, bytes < wanted else {
          return (taken, isTruncated)
        }
        vectors.drop(bytes)
      } else if errno == EAGAIN {
        entry.pointee.readWouldBlock()
        if isNonBlocking { throw .again }
        do throws(Errno) {
          try wait(for: .input, on: entry.pointee.hostFD)
        } catch {
          // Data that was received before the timeout counts (recv(2), SO_RCVTIMEO).
          if taken > 0 { return (taken, false) }
          throw error
        }
      } else if errno != EINTR {
        if taken > 0 { return (taken, false) }
        throw .last
      }
    }
  }

  private func receiveOnce(
    _ hostFD: Int32, _ flags: Int32, _ source: AddressBuffer?
  ) -> (bytes: Int, isTruncated: Bool) {
    if vectors.remaining == 1, source == nil, let vector = vectors.pointer {
      return (recv(hostFD, vector.pointee.iov_base, vector.pointee.iov_len, flags), false)
    }
    var storage = sockaddr_storage()
    return vectors.withMessage { message in
      withUnsafeMutablePointer(to: &storage) { pointer in
        message.pointee.msg_name = UnsafeMutableRawPointer(pointer)
        message.pointee.msg_namelen = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let bytes = recvmsg(hostFD, message, flags)
        if bytes >= 0, let source, let address = SocketAddress(pointer.pointee) {
          // (The place was checked before the call.)
          try? memory.write(Array(address.host.prefix(Int(source.count))), at: source.buffer)
        }
        return (bytes, message.pointee.msg_flags & Int32(MSG_TRUNC) != 0)
      }
    }
  }

  /// Sends the gathered vectors: on a non-blocking socket what fits, on a blocking one everything.
  func send(
    _ entry: UnsafeMutablePointer<Descriptor>, to receiver: SocketAddress? = nil
  ) throws(Errno) -> Int {
    let isNonBlocking = entry.pointee.state.contains(.nonBlocking)
    if isNonBlocking, !entry.pointee.mayWrite(inPoll: poller.calls) { throw .again }
    var sent = 0
    while true {
      let wanted = vectors.total
      let bytes = sendOnce(entry.pointee.hostFD, receiver)
      if bytes >= 0 {
        entry.pointee.didWrite(bytes, of: wanted)
        sent += bytes
        if isNonBlocking || bytes == wanted { return sent }
        vectors.drop(bytes)
      } else if errno == EAGAIN {
        entry.pointee.writeWouldBlock()
        if isNonBlocking { throw .again }
        do throws(Errno) {
          try wait(for: .output, on: entry.pointee.hostFD)
        } catch {
          if sent > 0 { return sent }
          throw error
        }
      } else if errno != EINTR {
        // What was sent before the error counts. The next call gets the error again.
        if sent > 0 { return sent }
        throw .last
      }
    }
  }

  private func sendOnce(_ hostFD: Int32, _ receiver: SocketAddress?) -> Int {
    let flags = Int32(MSG_NOSIGNAL)
    if let receiver {
      return receiver.withSocketAddress { name, size in
        vectors.withMessage { message in
          message.pointee.msg_name = UnsafeMutableRawPointer(mutating: name)
          message.pointee.msg_namelen = size
          return sendmsg(hostFD, message, flags)
        }
      }
    }
    if vectors.remaining == 1, let vector = vectors.pointer {
      return Glibc.send(hostFD, vector.pointee.iov_base, vector.pointee.iov_len, flags)
    }
    return vectors.withMessage { sendmsg(hostFD, $0, flags) }
  }
}
