import CLinux
import CWasmtime
import Glibc

// Sockets from opening to closing, by the V1 names of WasmEdge's extension (docs/socket-abi.md).
// Bytes are moved in SocketData.swift.

extension HostFunction {
  static let sockets = [
    HostFunction("sock_open", .i32, .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.sockOpen(family: arguments[0], type: arguments[1], fd: arguments[2])
      }
    },
    HostFunction("sock_bind", .i32, .i32, .i32) { environment, caller, values, _ in
      answerUnlessTooLate(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.sockBind(arguments[0], address: arguments[1], port: arguments[2])
      }
    },
    HostFunction("sock_listen", .i32, .i32) { environment, caller, values, _ in
      answerUnlessTooLate(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.sockListen(arguments[0], backlog: Int32(bitPattern: arguments[1]))
      }
    },
    // V1. The standard's form has the flags of the new descriptor between the two.
    HostFunction("sock_accept", .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.sockAccept(arguments[0], flags: 0, fd: arguments[1])
      }
    },
    HostFunction("sock_accept", .i32, .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.sockAccept(arguments[0], flags: arguments[1], fd: arguments[2])
      }
    },
    HostFunction("sock_connect", .i32, .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.sockConnect(arguments[0], address: arguments[1], port: arguments[2])
      }
    },
    HostFunction("sock_getaddrinfo", .i32, .i32, .i32, .i32, .i32, .i32, .i32, .i32) {
      environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.sockGetAddrInfo(arguments)
      }
    },
    HostFunction("sock_shutdown", .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.sockShutdown(arguments[0], directions: arguments[1])
      }
    },
    HostFunction("sock_getlocaladdr", .i32, .i32, .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.storeAddress(arguments, of: getsockname)
      }
    },
    HostFunction("sock_getpeeraddr", .i32, .i32, .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.storeAddress(arguments, of: getpeername)
      }
    },
  ]
}

/// As `answer`, but an instance that has opened no socket when the service ends already is not told
/// that it cannot: it ends, as one that has drained.
private func answerUnlessTooLate(
  _ environment: UnsafeMutableRawPointer?, _ caller: OpaquePointer?,
  _ values: UnsafeMutablePointer<wasmtime_val_raw_t>?,
  _ body: (Instance, Arguments) throws(Errno) -> Void
) -> OpaquePointer? {
  var isTooLate = false
  let trap = answer(environment, caller, values) { (instance, arguments) throws(Errno) in
    do throws(Errno) {
      try body(instance, arguments)
    } catch {
      // Asked behind the failure, which the end may have caused: sockets are not kept any more.
      isTooLate = instance.drain.isRequested && !instance.hasListened
      if isTooLate { instance.exitStatus = 0 }
      throw error
    }
  }
  return isTooLate ? Trap.exit : trap
}

extension Instance {
  fileprivate func sockOpen(family: UInt32, type: UInt32, fd: UInt32) throws(Errno) {
    guard 1...3 ~= family, 1...2 ~= type else { throw .inval }
    // A UNIX socket is a file.
    guard family != 3 else { throw .afnosupport }
    _ = try memory.pointer(fd, count: 4, align: 4)
    try descriptors.checkRoomForSocket()
    let isStream = type == 2
    let kind = Int32((isStream ? SOCK_STREAM : SOCK_DGRAM).rawValue)
    let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let hostFD = socket(family == 1 ? AF_INET : AF_INET6, kind | flags, 0)
    guard hostFD >= 0 else { throw noteShortage(.last) }
    if family == 2 {
      // [::] is dual stack, whatever net.ipv6.bindv6only says.
      setOption(hostFD, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0)
    }
    SocketMemory.bound(hostFD, to: configuration.socketMemory)
    let number = descriptors.insert(
      hostFD, kind: isStream ? .stream : .datagram, state: .unpolled)
    poller.add(number)
    try memory.store(number, at: fd)
  }

  fileprivate func sockBind(_ fd: UInt32, address: UInt32, port: UInt32) throws(Errno) {
    let entry = try descriptors.socket(fd)
    guard let port = UInt16(exactly: port) else { throw .inval }
    let host = try addressBuffer(address)
    let wanted = SocketAddress(host: Array(host), port: port)
    let transport = entry.pointee.transport
    guard configuration.grants.allow(wanted, transport) else {
      // One that is granted every address of the other family asks for that next.
      if !configuration.grants.hasOtherWildcard(than: wanted, transport) {
        reportRefusal("bind", "\(wanted)\(transport.suffix)", granted: grantedToBind)
      }
      throw .notcapable
    }
    guard !entry.pointee.state.contains(.bound) else { throw .inval }
    if let pool = configuration.listeners, entry.pointee.kind == .stream {
      let request = try newRequest(for: wanted)
      let binding = try pool.bind(entry.pointee.hostFD, to: request, for: configuration.user)
      // The epoll set refers to the socket that was replaced.
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

  /// The same address again is a port in use, except for port 0, of which each is another.
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

  fileprivate func sockListen(_ fd: UInt32, backlog: Int32) throws(Errno) {
    let entry = try descriptors.socket(fd)
    guard entry.pointee.state.contains(.bound) else {
      // The kernel would choose a port, which nobody granted.
      reportRefusal("listen", "an address of the kernel's choice", granted: grantedToBind)
      throw .notcapable
    }
    // The host's socket gets its queue once: an instance that has a successor must not shorten it.
    if entry.pointee.state.isSuperset(of: [.listening, .shared]) { return }
    // (An inherited one listens already, with a queue as long as its opener wants it.)
    if !entry.pointee.state.contains(.inherited) {
      let pool = configuration.listeners
      var backlog = backlog
      if let pool, let request = bound[fd] {
        backlog = try pool.backlog(backlog, of: request, user: configuration.user)
      }
      guard listen(entry.pointee.hostFD, backlog) == 0 else { throw .last }
      if let pool, let request = bound[fd] {
        do throws(Errno) {
          try pool.keep(
            entry.pointee.hostFD, backlog: backlog, for: request, user: configuration.user)
        } catch {
          // What is not kept is not the service's, and must not take anybody's connections.
          shutdown(entry.pointee.hostFD, Int32(SHUT_RDWR))
          throw noteShortage(error)
        }
      }
    }
    entry.pointee.state.insert(.listening)
    poller.didListen(entry, number: fd)
    reportListening(entry.pointee.hostFD)
  }

  private func reportListening(_ hostFD: Int32) {
    // (More than are kept are no service's.)
    guard announced < ListenerPool.mostPerWorker else { return }
    announced += 1
    configuration.report?(
      .listening((try? address(of: hostFD, getsockname))?.description ?? "an unknown address"))
  }

  fileprivate func sockShutdown(_ fd: UInt32, directions: UInt32) throws(Errno) {
    let entry = try descriptors.socket(fd)
    let hows: [UInt32: Int] = [1: SHUT_RD, 2: SHUT_WR, 3: SHUT_RDWR]
    guard let how = hows[directions] else { throw .inval }
    // The socket is the service's, and will be another instance's.
    if entry.pointee.state.contains(.shared) {
      guard how == SHUT_RD, entry.pointee.state.contains(.listening) else { throw .notcapable }
      // It means a drain of all of the service.
      if !hasAskedForDrain { configuration.report?(.drainRequested) }
      hasAskedForDrain = true
      return
    }
    if shutdown(entry.pointee.hostFD, Int32(how)) != 0 { throw .last }
  }

  fileprivate func sockAccept(_ fd: UInt32, flags: UInt32, fd result: UInt32) throws(Errno) {
    let listener = try descriptors.socket(fd)
    guard flags & ~FDFlags.nonBlock == 0 else { throw .inval }
    noteWait()
    // Checked before the connection is taken: after it, a bad pointer would lose it.
    _ = try memory.pointer(result, count: 4, align: 4)
    try descriptors.checkRoomForSocket()
    try checkRoomForConnection("accept")
    let hostFD = try accept(listener, number: fd)
    // Others are bounded as what they were accepted from is.
    if listener.pointee.state.contains(.inherited) {
      SocketMemory.bound(hostFD, to: configuration.socketMemory)
    }
    // A response is one send, and the ABI has no TCP_NODELAY: nothing is gained by holding back its
    // last segment.
    setOption(hostFD, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    let isNonBlocking = flags & FDFlags.nonBlock != 0
    let number = descriptors.insert(
      hostFD, kind: .stream, state: isNonBlocking ? [.unpolled, .nonBlocking] : .unpolled)
    descriptors.countConnection(try descriptors.socket(number))
    poller.add(number)
    try memory.store(number, at: result)
  }

  private func accept(
    _ listener: UnsafeMutablePointer<Descriptor>, number: UInt32
  ) throws(Errno) -> Int32 {
    let isNonBlocking = listener.pointee.state.contains(.nonBlocking)
    if isLeftToOthers(listener, number: number) {
      listener.pointee.readWouldBlock()
      throw isNonBlocking ? .again : .inval
    }
    // The kernel is asked whatever epoll has said: a guest that is about to close its listener must
    // find every connection that has come since.
    let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    while true {
      let hostFD = accept4(listener.pointee.hostFD, nil, nil, flags)
      if hostFD >= 0 {
        listener.pointee.didAccept()
        return hostFD
      }
      if errno == EAGAIN {
        listener.pointee.readWouldBlock()
        if isNonBlocking { throw .again }
        try waitForConnection(on: listener.pointee.hostFD)
      } else if errno != EINTR {
        throw .last
      }
    }
  }

  /// Whether the connections that wait in a listener's queue are for others: for the instance that
  /// takes over or, once the service ends, for the next process that has the socket.
  func isLeftToOthers(
    _ listener: UnsafeMutablePointer<Descriptor>, number: UInt32
  ) -> Bool {
    guard drain.isRequested else { return false }
    if listener.pointee.state.contains(.inherited) { return true }
    guard drain.isHandingOver, let request = bound[number] else { return false }
    return configuration.listeners?.isUsed(request, besides: configuration.user) ?? false
  }

  /// Remembers what the system was short of: a later try may succeed.
  private func noteShortage(_ error: Errno) -> Errno {
    if [.mfile, .nfile, .nomem, .nobufs].contains(error) { shortage = error }
    return error
  }

  /// V1: the address' bytes, its type as 4 or 6, and the port in host order.
  fileprivate typealias AddressGetter = (
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

  fileprivate func storeAddress(_ arguments: Arguments, of get: AddressGetter) throws(Errno) {
    let entry = try descriptors.socket(arguments[0])
    let buffer = try addressBuffer(arguments[1])
    _ = try memory.pointer(arguments[2], count: 4, align: 4)
    _ = try memory.pointer(arguments[3], count: 4, align: 4)
    let address = try self.address(of: entry.pointee.hostFD, get)
    guard buffer.count >= address.host.count else { throw .inval }
    buffer.copyBytes(from: address.host)
    try memory.store(UInt32(address.host.count == 4 ? 4 : 6), at: arguments[2])
    try memory.store(UInt32(address.port), at: arguments[3])
  }

  /// The bytes that an `address` record { u32 buf, u32 buf_len } refers to: 4 or 16 of them.
  func addressBuffer(_ address: UInt32) throws(Errno) -> UnsafeMutableRawBufferPointer {
    let record = try memory.pointer(address, count: 8, align: 4)
    let length = record.load(fromByteOffset: 4, as: UInt32.self)
    let bytes = try memory.bytes(record.load(as: UInt32.self), count: length)
    guard length == 4 || length == 16 else { throw .inval }
    return bytes
  }

  private var grantedToBind: [String] { configuration.grants.grants.map(\.description) }
}

extension Descriptor.State {
  /// A socket that is not in the epoll set yet: calls are tried.
  static let unpolled: Descriptor.State = [.readable, .readDoubtful, .writable, .writeDoubtful]
}
