#if !arch(wasm32)
  import Memory

  #if canImport(CLinux)
    import CLinux
  #endif
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #else
    import Darwin
  #endif

  /// Sockets of the system below, for debugging, profiling and tests: plain poll(2), which every
  /// POSIX system has.
  package struct POSIXSockets: Sockets, ~Copyable {
    /// What is polled, and the token of each in step with it. The first is the pipe on which
    /// signals come.
    private var polled = FixedArray<pollfd>()
    private var tokens = FixedArray<Int32>()
    private var polledCount = 0
    /// By token: the place in `polled`, or -1.
    private var places = FixedArray<Int32>()
    private var events = FixedArray<Event>()
    package private(set) var drainRequested = false

    package init() {}

    package mutating func reserve(_ count: Int) -> Bool {
      // All memory is taken here, once: waiting never allocates.
      guard polled.reserve(count + 1, repeating: pollfd()),
        tokens.reserve(count + 1, repeating: -1),
        places.reserve(count, repeating: -1),
        events.reserve(count, repeating: Event(token: 0, isReadable: false, isWritable: false)),
        let signals = SignalPipe.open()
      else { return false }
      polled[0] = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
      polledCount = 1
      return true
    }

    // MARK: Listening

    package mutating func listen(
      on address: SocketAddress, backlog: Int, buffer: Int
    ) throws(SocketError) -> Descriptor {
      let family = address.isIPv6 ? AF_INET6 : AF_INET
      #if canImport(Darwin)
        let listener = socket(family, SOCK_STREAM, 0)
      #else
        let listener = socket(family, Int32(SOCK_STREAM.rawValue), 0)
      #endif
      guard listener >= 0 else { throw SocketError(code: errno) }
      // Or a restart would fail for as long as old connections are in TIME_WAIT.
      var on: Int32 = 1
      unsafe setsockopt(
        listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
      var size = Int32(buffer)
      for option in [SO_SNDBUF, SO_RCVBUF] {
        unsafe setsockopt(listener, SOL_SOCKET, option, &size, socklen_t(MemoryLayout<Int32>.size))
      }
      if address.isIPv6 {
        // [::] is dual stack, whatever net.ipv6.bindv6only says.
        var off: Int32 = 0
        unsafe setsockopt(
          listener, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, socklen_t(MemoryLayout<Int32>.size))
      }
      guard bind(listener, to: address) == 0, systemListen(listener, Int32(backlog)) == 0,
        setNonBlocking(listener)
      else {
        let error = SocketError(code: errno)
        close(listener)
        throw error
      }
      return listener
    }

    private func bind(_ socket: Descriptor, to address: SocketAddress) -> Int32 {
      if address.isIPv6 {
        var name = sockaddr_in6()
        name.sin6_family = sa_family_t(AF_INET6)
        name.sin6_port = address.port.bigEndian
        copy(address, to: &name.sin6_addr)
        return unsafe withSocketAddress(&name) { unsafe systemBind(socket, $0, $1) }
      }
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = address.port.bigEndian
      copy(address, to: &name.sin_addr)
      return unsafe withSocketAddress(&name) { unsafe systemBind(socket, $0, $1) }
    }

    package mutating func accept(from listener: Descriptor) -> Acceptance {
      let connection = systemAccept(listener)
      if connection >= 0 {
        var on: Int32 = 1
        unsafe setsockopt(
          connection, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        guard setNonBlocking(connection) else {
          close(connection)
          return .lost
        }
        return .connection(connection)
      }
      switch errno {
      case EAGAIN, EWOULDBLOCK: return .none
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
      case EBADF, EINVAL, ENOTSOCK, EOPNOTSUPP, EFAULT: return .failed(SocketError(code: errno))
      default: return .lost  // accept(2) passes on what went wrong on the new connection
      }
    }

    #if canImport(CLinux)
      package mutating func refuseConnections(on listener: Descriptor) -> Bool {
        refuse_new_connections(listener) == 0
      }
    #endif

    package func localAddress(of listener: Descriptor) -> SocketAddress? {
      unsafe address(of: listener, getsockname)
    }

    package func peerAddress(of connection: Descriptor) -> SocketAddress? {
      unsafe address(of: connection, getpeername)
    }

    private func address(
      of socket: Descriptor,
      _ getter: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
      var name = sockaddr_in6()  // holds a sockaddr_in as well
      let status = unsafe withSocketAddress(&name) { pointer, size in
        var size = size
        return unsafe getter(socket, UnsafeMutablePointer(mutating: pointer), &size)
      }
      guard status == 0 else { return nil }
      let port = UInt16(bigEndian: name.sin6_port)  // at the same place in both
      let isIPv6 = Int32(name.sin6_family) == AF_INET6
      var octets = AddressOctets()
      unsafe withUnsafeBytes(of: &name) { name in
        // sin6_addr is at 8, sin_addr at 4.
        for i in 0..<(isIPv6 ? 16 : 4) { octets[i] = unsafe name[(isIPv6 ? 8 : 4) + i] }
      }
      return SocketAddress(octets: octets, isIPv6: isIPv6, port: port)
    }

    // MARK: Connections

    package mutating func receive(
      from connection: Descriptor, into room: inout OutputSpan<UInt8>
    ) -> Transfer {
      let received = unsafe room.withUnsafeMutableBufferPointer { octets, count in
        // The system writes as many octets as there is room for, or fewer, and says how many.
        let free = unsafe UnsafeMutableBufferPointer(rebasing: octets[count...])
        let received = unsafe recv(connection, free.baseAddress, free.count, 0)
        count += max(0, received)
        return received
      }
      return transferred(received)
    }

    package mutating func send(_ octets: Span<UInt8>, to connection: Descriptor) -> Transfer {
      #if canImport(Darwin)
        let flags: Int32 = 0  // SIGPIPE is ignored, see SignalPipe
      #else
        let flags = Int32(MSG_NOSIGNAL)
      #endif
      let sent = unsafe octets.withUnsafeBytes { octets in
        unsafe systemSend(connection, octets, flags)  // reads the octets of the span
      }
      return transferred(sent)
    }

    private func transferred(_ count: Int) -> Transfer {
      if count >= 0 { return .octets(count) }
      switch errno {
      case EAGAIN, EWOULDBLOCK, EINTR: return .wouldBlock
      default: return .failed(SocketError(code: errno))
      }
    }

    package mutating func finishSending(on connection: Descriptor) {
      shutdown(connection, Int32(SHUT_WR))
    }

    package mutating func close(_ descriptor: Descriptor) {
      systemClose(descriptor)
    }

    // MARK: Waiting

    package mutating func watch(_ descriptor: Descriptor, token: Int, for interest: Interest) {
      let flags =
        (interest.contains(.read) ? Int16(POLLIN) : 0)
        | (interest.contains(.write) ? Int16(POLLOUT) : 0)
      let place = Int(places[token])
      if interest.isEmpty {
        guard place >= 0 else { return }
        places[token] = -1
        // The last one takes its place.
        polledCount -= 1
        if place < polledCount {
          polled[place] = polled[polledCount]
          tokens[place] = tokens[polledCount]
          places[Int(tokens[place])] = Int32(place)
        }
      } else if place >= 0 {
        polled[place].events = flags
      } else {
        places[token] = Int32(polledCount)
        polled[polledCount] = pollfd(fd: descriptor, events: flags, revents: 0)
        tokens[polledCount] = Int32(token)
        polledCount += 1
      }
    }

    package mutating func wait(nanoseconds: Int64?) throws(SocketError) -> Int {
      // Rounded up: a time-out must not be found unexpired when the wait is over.
      let milliseconds = nanoseconds.map { Int32(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
      let ready = unsafe poll(polled.pointer, nfds_t(polledCount), milliseconds)
      if ready < 0 {
        if errno == EINTR || errno == EAGAIN { return 0 }
        throw SocketError(code: errno)
      }
      if ready == 0 { return 0 }
      if polled[0].revents != 0 {
        SignalPipe.empty(polled[0].fd)
        drainRequested = true
      }
      var count = 0
      for place in 1..<polledCount {
        let revents = polled[place].revents
        if revents == 0 { continue }
        // An error or a hang-up is found by whatever is tried next.
        let failed = revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
        events[count] = Event(
          token: Int(tokens[place]),
          isReadable: revents & Int16(POLLIN) != 0 || failed,
          isWritable: revents & Int16(POLLOUT) != 0 || failed)
        count += 1
      }
      return count
    }

    package func event(_ index: Int) -> Event { events[index] }

    // MARK: Clocks

    package func monotonicTime() -> Int64 { SystemProcess.monotonicTime() }

    package func wallClockTime() -> Int64 { SystemProcess.wallClockTime() }
  }

  private func copy<Field>(_ address: SocketAddress, to field: inout Field) {
    unsafe withUnsafeMutableBytes(of: &field) { field in
      for i in 0..<address.octetCount { unsafe field[i] = address.octets[i] }
    }
  }

  private func setNonBlocking(_ descriptor: Descriptor) -> Bool {
    let flags = fcntl(descriptor, F_GETFL)
    return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) >= 0
      && fcntl(descriptor, F_SETFD, FD_CLOEXEC) >= 0
  }

  private func withSocketAddress<Name>(
    _ name: inout Name, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    unsafe withUnsafeMutableBytes(of: &name) { bytes in
      guard let start = bytes.baseAddress else { return -1 }
      return unsafe body(start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }

  // Named apart from the methods, in which the C functions could not be called by name.
  private func systemListen(_ socket: Int32, _ backlog: Int32) -> Int32 { listen(socket, backlog) }
  private func systemAccept(_ socket: Int32) -> Int32 { accept(socket, nil, nil) }
  private func systemBind(
    _ socket: Int32, _ name: UnsafePointer<sockaddr>, _ size: socklen_t
  ) -> Int32 { unsafe bind(socket, name, size) }
  private func systemSend(
    _ socket: Int32, _ octets: UnsafeRawBufferPointer, _ flags: Int32
  ) -> Int { unsafe send(socket, octets.baseAddress, octets.count, flags) }
  @discardableResult
  private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
#endif
