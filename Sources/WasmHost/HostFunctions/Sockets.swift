import CLinux
import Glibc
import GuestABI

// Sockets from opening to closing, by the V1 names of WasmEdge's extension (docs/socket-abi.md). Data is moved
// in SocketData.swift.

extension Instance {
  /// Runs a call that opens a listening socket. When it fails because the service is ending, an instance that
  /// has opened no socket yet does not get the error: it exits with status 0, like one that has drained.
  @inline(__always)
  func unlessTooLate(_ body: (Instance) throws(Errno) -> Void) throws(Errno) {
    do throws(Errno) {
      try body(self)
    } catch {
      // Checked after the failure, which the end of the service may have caused: sockets are no longer kept.
      if drain.isRequested, !hasListened { procExit(status: 0) }
      throw error
    }
  }

  func sockOpen(family: UInt32, type: UInt32, fd: UInt32) throws(Errno) {
    guard let family = UInt8(exactly: family).flatMap(AddressFamily.init), family != .unspecified,
      let type = UInt8(exactly: type).flatMap(SocketType.init), type != .any
    else { throw .inval }
    // UNIX sockets are files, and there are no files.
    guard family != .unix else { throw .afnosupport }
    let memory = memory
    let result = try memory.slot(for: UInt32.self, at: fd)
    try descriptors.checkRoomForSocket()
    let isStream = type == .stream
    let kind = Int32((isStream ? SOCK_STREAM : SOCK_DGRAM).rawValue)
    let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let hostFD = socket(family == .inet4 ? AF_INET : AF_INET6, kind | flags, 0)
    guard hostFD >= 0 else { throw noteShortage(.last) }
    if family == .inet6 {
      // [::] is dual stack whatever net.ipv6.bindv6only is.
      setOption(hostFD, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0)
    }
    SocketMemory.bound(hostFD, to: configuration.socketMemory)
    let number = descriptors.insert(
      hostFD, kind: isStream ? .stream : .datagram, state: .unpolled)
    poller.add(number)
    result.record = number
  }

  func sockBind(
    _ call: HostCall, _ fd: UInt32, address: UInt32, port: UInt32
  ) throws(Errno) {
    let entry = try descriptors.socket(fd)
    let wanted = try socketAddress(address, port: port)
    let transport = entry.pointee.transport
    guard configuration.grants.allow(wanted, transport) else {
      // A guest that was granted the other family's wildcard too will ask for that next: no refusal is logged.
      if !configuration.grants.hasOtherWildcard(than: wanted, transport) {
        reportRefusal(call, "\(wanted)\(transport.suffix)", granted: grantedToBind)
      }
      throw .notcapable
    }
    guard !entry.pointee.state.contains(.bound) else { throw .inval }
    if let pool = configuration.listeners, entry.pointee.kind == .stream {
      let request = try newRequest(for: wanted)
      let binding = try pool.bind(entry.pointee.hostFD, to: request, for: configuration.user)
      // The epoll set still refers to the replaced socket: it must be registered again.
      if binding != .bound { entry.pointee.state.remove(.registered) }
      if binding == .inherited { entry.pointee.state.insert(.inherited) }
      entry.pointee.state.insert(.shared)
      bound[fd] = request
    } else {
      let result = wanted.withSocketAddress { bind(entry.pointee.hostFD, $0, $1) }
      guard result == 0 else { throw .last }
    }
    entry.pointee.state.insert(.bound)
  }

  /// The pool's request for an address. An address that is in use is refused; port 0 gets another port each
  /// time.
  private func newRequest(for address: SocketAddress) throws(Errno) -> ListenerPool.Request {
    func isOpen(_ number: UInt32) -> Bool {
      (try? descriptors.socket(number).pointee.state.contains(.bound)) ?? false
    }
    let same = bound.filter {
      $0.value.host == address.host && $0.value.port == address.port && isOpen($0.key)
    }
    guard address.port == 0 || same.isEmpty else { throw .addrinuse }
    return ListenerPool.Request(host: address.host, port: address.port, ordinal: same.count)
  }

  func sockListen(_ call: HostCall, _ fd: UInt32, backlog: Int32) throws(Errno) {
    let entry = try descriptors.socket(fd)
    guard entry.pointee.state.contains(.bound) else {
      // The kernel would choose a port, which was not granted.
      reportRefusal(call, "an address of the kernel's choice", granted: grantedToBind)
      throw .notcapable
    }
    // The length of a shared socket's queue is set once: an old instance must not shorten it for its successor.
    if entry.pointee.state.isSuperset(of: [.listening, .shared]) { return }
    // (An inherited socket listens already, with the queue length that its opener chose.)
    if !entry.pointee.state.contains(.inherited) {
      let pool = configuration.listeners
      var backlog = backlog
      if let pool, let request = bound[fd] {
        backlog = try pool.backlog(backlog, of: request, user: configuration.user)
      }
      ListenerOptions.sendAtOnce(entry.pointee.hostFD)
      guard listen(entry.pointee.hostFD, backlog) == 0 else { throw .last }
      if let pool, let request = bound[fd] {
        do throws(Errno) {
          try pool.keep(
            entry.pointee.hostFD, backlog: backlog, for: request, user: configuration.user)
        } catch {
          // A socket that the pool does not keep must not take connections of the service.
          shutdown(entry.pointee.hostFD, Int32(SHUT_RDWR))
          throw noteShortage(error)
        }
      }
    }
    entry.pointee.state.insert(.listening)
    paces[fd] = nil
    poller.didListen(entry, number: fd)
    reportListening(entry.pointee.hostFD)
  }

  private func reportListening(_ hostFD: Int32) {
    // (Sockets beyond those that are kept are not part of the service.)
    guard announced < ListenerPool.mostPerWorker else { return }
    announced += 1
    configuration.report?(
      .listening((try? address(of: hostFD, getsockname))?.description ?? "an unknown address"))
  }

  func sockShutdown(_ fd: UInt32, directions: UInt32) throws(Errno) {
    let entry = try descriptors.socket(fd)
    let how: Int
    switch directions {
    case ShutdownFlags.read: how = SHUT_RD
    case ShutdownFlags.write: how = SHUT_WR
    case ShutdownFlags.read | ShutdownFlags.write: how = SHUT_RDWR
    default: throw .inval
    }
    // The socket belongs to the service, and other instances will use it.
    if entry.pointee.state.contains(.shared) {
      guard how == SHUT_RD, entry.pointee.state.contains(.listening) else { throw .notcapable }
      // Shutting it down for reading asks for a drain of the whole service.
      if !hasAskedForDrain { configuration.report?(.drainRequested) }
      hasAskedForDrain = true
      return
    }
    if shutdown(entry.pointee.hostFD, Int32(how)) != 0 { throw .last }
  }

  func sockAccept(
    _ call: HostCall, _ fd: UInt32, flags: UInt32, fd connection: UInt32
  ) throws(Errno) {
    let listener = try descriptors.socket(fd)
    guard flags & ~DescriptorFlags.nonBlock == 0 else { throw .inval }
    noteWait()
    // The result's address is checked before the connection is accepted: afterwards, a bad one would lose it.
    let memory = memory
    let result = try memory.slot(for: UInt32.self, at: connection)
    try descriptors.checkRoomForSocket()
    try checkRoomForConnection(call)
    let hostFD = try accept(listener, number: fd)
    // The limit of other connections comes from the socket that they were accepted from.
    if listener.pointee.state.contains(.inherited) {
      SocketMemory.bound(hostFD, to: configuration.socketMemory)
    }
    let isNonBlocking = flags & DescriptorFlags.nonBlock != 0
    let number = descriptors.insert(
      hostFD, kind: .stream, state: isNonBlocking ? [.unpolled, .nonBlocking] : .unpolled)
    descriptors.countConnection(try descriptors.socket(number))
    poller.add(number)
    result.record = number
  }

  private func accept(
    _ listener: UnsafeMutablePointer<Descriptor>, number: UInt32
  ) throws(Errno) -> Int32 {
    let isNonBlocking = listener.pointee.state.contains(.nonBlocking)
    if isLeftToOthers(listener, number: number) {
      listener.pointee.readWouldBlock()
      throw isNonBlocking ? .again : .inval
    }
    // A guest that is about to close its listener must get every connection that has come: then the kernel is asked
    // whatever epoll has said.
    let isEnding = drain.isRequested || listener.pointee.state.contains(.refusesConnections)
    let isPaced = isNonBlocking && !isEnding
    if isPaced, !listener.pointee.mayRead(inPoll: poller.calls) { throw .again }
    let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    while true {
      let hostFD = accept4(listener.pointee.hostFD, nil, nil, flags)
      if hostFD >= 0 {
        if isPaced, !paces[number, default: AcceptPace()].mayGoOn(inPoll: poller.calls) {
          listener.pointee.readWouldBlock()
        } else {
          listener.pointee.didAccept()
        }
        return hostFD
      }
      if errno == EAGAIN {
        listener.pointee.readWouldBlock()
        paces[number]?.foundNone()
        if isNonBlocking { throw .again }
        try waitForConnection(on: listener.pointee.hostFD)
      } else if errno != EINTR {
        throw .last
      }
    }
  }

  /// Whether the connections in a listener's queue are for others: the instance that takes over or, when the
  /// service ends, the next process that is given the socket.
  func isLeftToOthers(
    _ listener: UnsafeMutablePointer<Descriptor>, number: UInt32
  ) -> Bool {
    guard drain.isRequested else { return false }
    if listener.pointee.state.contains(.inherited) { return true }
    guard drain.isHandingOver, let request = bound[number] else { return false }
    return configuration.listeners?.isUsed(request, besides: configuration.user) ?? false
  }

  /// Remembers that the system was short of something, so that a later try may succeed.
  private func noteShortage(_ error: Errno) -> Errno {
    if [.mfile, .nfile, .nomem, .nobufs].contains(error) { shortage = error }
    return error
  }

  private typealias AddressGetter = (
    Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>
  ) -> Int32

  private func address(of hostFD: Int32, _ get: AddressGetter) throws(Errno) -> SocketAddress {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { get(hostFD, $0, &size) }
    }
    guard result == 0 else { throw .last }
    guard let address = SocketAddress(storage) else { throw .afnosupport }
    return address
  }

  func sockGetlocaladdr(
    _ fd: UInt32, address: UInt32, type: UInt32, port: UInt32
  ) throws(Errno) {
    try writeAddress(of: fd, address: address, type: type, port: port, getsockname)
  }

  func sockGetpeeraddr(
    _ fd: UInt32, address: UInt32, type: UInt32, port: UInt32
  ) throws(Errno) {
    try writeAddress(of: fd, address: address, type: type, port: port, getpeername)
  }

  /// Writes an address in V1's form: its octets, its type as 4 or 6, and the port in host order.
  private func writeAddress(
    of fd: UInt32, address: UInt32, type: UInt32, port: UInt32, _ get: AddressGetter
  ) throws(Errno) {
    let entry = try descriptors.socket(fd)
    let buffer = try addressBuffer(address)
    let memory = memory
    let typeSlot = try memory.slot(for: UInt32.self, at: type)
    let portSlot = try memory.slot(for: UInt32.self, at: port)
    let found = try self.address(of: entry.pointee.hostFD, get)
    guard buffer.count >= found.host.count else { throw .inval }
    try memory.write(found.host, at: buffer.buffer)
    typeSlot.record = found.host.count == 4 ? 4 : 6
    portSlot.record = UInt32(found.port)
  }

  /// The record of an IP address, whose octets have been checked: 4 or 16 of them.
  func addressBuffer(_ address: UInt32) throws(Errno) -> AddressBuffer {
    let record = try memory.read(AddressBuffer.self, at: address)
    try memory.check(record.buffer, count: record.count)
    guard record.count == 4 || record.count == 16 else { throw .inval }
    return record
  }

  /// The socket address that a guest names by the record of an IP address and a port.
  func socketAddress(_ address: UInt32, port: UInt32) throws(Errno) -> SocketAddress {
    guard let port = UInt16(exactly: port) else { throw .inval }
    let record = try addressBuffer(address)
    return SocketAddress(host: try memory.copy(record.buffer, count: record.count), port: port)
  }

  private var grantedToBind: [String] { configuration.grants.grants.map(\.description) }
}

extension Descriptor.State {
  /// The state of a socket that is not in the epoll set yet: calls are tried.
  static let unpolled: Descriptor.State = [.readable, .readDoubtful, .writable, .writeDoubtful]
}
