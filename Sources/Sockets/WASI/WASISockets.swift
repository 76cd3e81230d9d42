#if arch(wasm32)
  import CWASI
  import Memory

  /// Sockets of WasmEdge's extension of WASI preview1, on WasmEdge, wasm-serve, or any host with
  /// the same functions. What the hosts are known to do is handled here and nowhere else:
  ///
  /// - Descriptors may be any number: they are handed back as they came, never used as an index.
  /// - `accept` in its first form, then NONBLOCK by a call of its own; either may fail when the
  ///   client has gone already, which loses that connection and nothing else.
  /// - `poll_oneoff` with descriptors only may hang when all of them are bad: there is always a
  ///   clock among the subscriptions.
  /// - It may report errno 27 in events, or fail with 27 or 20, after the process was stopped and
  ///   continued: the same list is tried again.
  /// - A subscription for writing alone, on a full socket whose client has closed its half, may
  ///   return at once with no event: there is none. Such a socket is tried again every
  ///   `retryInterval` instead.
  /// - Sockets are written with `sock_send`: `fd_write` may raise SIGPIPE in the host.
  package struct WASISockets: Sockets, ~Copyable {
    private static let retryInterval: Int64 = 20_000_000

    /// One a token: its places in `subscriptions` and `retried`, or -1.
    struct Watch {
      var reading: Int32 = -1
      var writing: Int32 = -1
      var retrying: Int32 = -1
    }

    private var watches = FixedArray<Watch>()
    /// The first one is the clock; the others are in no order.
    private var subscriptions = FixedArray<wasi_subscription>()
    private var subscriptionCount = 1
    private var retried = FixedArray<Int32>()
    private var retriedCount = 0
    private var nextRetry: Int64 = 0
    private var events = FixedArray<wasi_event>()
    private var failures = 0
    /// The package and the admin port's.
    private var listeners: InlineArray<2, Descriptor> = [-1, -1]
    package private(set) var drainRequested = false

    package init() {}

    package mutating func reserve(_ tokens: Int) -> Bool {
      // All memory is taken here, once: waiting never allocates.
      guard watches.reserve(tokens, repeating: Watch()),
        subscriptions.reserve(2 * tokens + 1, repeating: wasi_subscription()),
        retried.reserve(tokens, repeating: 0),
        events.reserve(2 * tokens + 1, repeating: wasi_event())
      else { return false }
      subscriptions[0].userdata = .max
      subscriptions[0].tag = UInt8(WASI_EVENTTYPE_CLOCK)
      subscriptions[0].clock_or_fd = UInt32(WASI_CLOCK_MONOTONIC)
      return true
    }

    // MARK: Listening

    package mutating func listen(
      on address: SocketAddress, backlog: Int, buffer: Int
    ) throws(SocketError) -> Descriptor {
      let family = UInt32(address.isIPv6 ? WASI_AF_INET6 : WASI_AF_INET4)
      var listener: Descriptor = -1
      try unsafe check(sock_open(family, UInt32(WASI_SOCK_STREAM), &listener))
      do throws(SocketError) {
        // Or a restart would fail for as long as old connections are in TIME_WAIT.
        var on: UInt32 = 1
        try check(
          unsafe sock_setsockopt(
            listener, UInt32(WASI_SOL_SOCKET), UInt32(WASI_SO_REUSEADDR), &on, 4))
        // (A host that does not take them has bounds of its own, or none.)
        var size = UInt32(buffer)
        for option in UInt32(WASI_SO_SNDBUF)...UInt32(WASI_SO_RCVBUF) {
          _ = unsafe sock_setsockopt(listener, UInt32(WASI_SOL_SOCKET), option, &size, 4)
        }
        try check(bind(listener, to: address))
        try check(sock_listen(listener, UInt32(backlog)))
        try check(fd_fdstat_set_flags(listener, UInt32(WASI_FDFLAG_NONBLOCK)))
      } catch {
        _ = fd_close(listener)
        throw error
      }
      listeners[listeners[0] < 0 ? 0 : 1] = listener
      return listener
    }

    private func bind(_ socket: Descriptor, to address: SocketAddress) -> wasi_errno {
      var octets = address.octets.inMemory
      return unsafe withUnsafePointer(to: &octets) { octets in
        var view = unsafe wasi_address(
          buf: UnsafeRawPointer(octets).assumingMemoryBound(to: UInt8.self),
          buf_len: UInt32(address.octetCount))
        return unsafe sock_bind(socket, &view, UInt32(address.port))
      }
    }

    package mutating func accept(from listener: Descriptor) -> Acceptance {
      var connection: Descriptor = -1
      let errno = unsafe sock_accept(listener, &connection)
      switch Int(errno) {
      case WASI_SUCCESS:
        guard fd_fdstat_set_flags(connection, UInt32(WASI_FDFLAG_NONBLOCK)) == 0 else {
          close(connection)
          return .lost
        }
        return .connection(connection)
      case WASI_EAGAIN:
        return .none
      case WASI_ECONNABORTED, WASI_ECONNRESET, WASI_ENOTCONN, WASI_EINTR, WASI_EPERM:
        return .lost
      case WASI_EMFILE, WASI_ENFILE, WASI_ENOBUFS, WASI_ENOMEM:
        return .exhausted
      default:
        return .failed(SocketError(code: errno))
      }
    }

    /// The option is one to read, on Linux and so on WasmEdge, which refuses this: wasm-serve takes
    /// it at its word.
    package mutating func refuseConnections(on listener: Descriptor) -> Bool {
      var off: UInt32 = 0
      return unsafe sock_setsockopt(
        listener, UInt32(WASI_SOL_SOCKET), UInt32(WASI_SO_ACCEPTCONN), &off, 4) == 0
    }

    package func localAddress(of listener: Descriptor) -> SocketAddress? {
      unsafe addressOf(listener, sock_getlocaladdr)
    }

    package func peerAddress(of connection: Descriptor) -> SocketAddress? {
      unsafe addressOf(connection, sock_getpeeraddr)
    }

    private typealias AddressGetter = (
      Descriptor, UnsafePointer<wasi_address>, UnsafeMutablePointer<UInt32>,
      UnsafeMutablePointer<UInt32>
    ) -> wasi_errno

    private func addressOf(_ socket: Descriptor, _ getter: AddressGetter) -> SocketAddress? {
      var octets = AddressOctets().inMemory
      var type: UInt32 = 0
      var port: UInt32 = 0
      let errno = unsafe withUnsafeMutablePointer(to: &octets) { octets in
        var view = unsafe wasi_address(
          buf: UnsafeRawPointer(octets).assumingMemoryBound(to: UInt8.self), buf_len: 16)
        return unsafe getter(socket, &view, &type, &port)
      }
      guard errno == 0, let port = UInt16(exactly: port) else { return nil }
      return SocketAddress(octets: AddressOctets(inMemory: octets), isIPv6: type != 4, port: port)
    }

    // MARK: Connections

    package mutating func receive(
      from connection: Descriptor, into room: inout OutputSpan<UInt8>
    ) -> Transfer {
      var length: UInt32 = 0
      let errno = unsafe room.withUnsafeMutableBufferPointer { octets, count in
        var flags: UInt16 = 0
        // The host writes as many octets as there is room for, or fewer, and says how many.
        let free = octets.count - count
        var vector = unsafe wasi_iovec(
          buf: octets.baseAddress.map { unsafe $0 + count },
          buf_len: UInt32(truncatingIfNeeded: free))
        let errno = unsafe sock_recv(connection, &vector, 1, 0, &length, &flags)
        if errno == 0 { count += min(Int(truncatingIfNeeded: length), free) }
        return errno
      }
      return transfer(errno, length)
    }

    package mutating func send(_ octets: Span<UInt8>, to connection: Descriptor) -> Transfer {
      var length: UInt32 = 0
      let errno = unsafe octets.withVector { vector in
        unsafe sock_send(connection, vector, 1, 0, &length)
      }
      return transfer(errno, min(length, UInt32(octets.count)))
    }

    @inline(__always)
    private func transfer(_ errno: wasi_errno, _ length: UInt32) -> Transfer {
      switch Int(errno) {
      case WASI_SUCCESS: .octets(Int(length))
      case WASI_EAGAIN, WASI_EINTR: .wouldBlock
      default: .failed(SocketError(code: errno))
      }
    }

    package mutating func finishSending(on connection: Descriptor) {
      _ = sock_shutdown(connection, UInt32(WASI_SHUT_WR))
    }

    @inline(never)
    package mutating func close(_ descriptor: Descriptor) {
      _ = fd_close(descriptor)
      for i in listeners.indices where listeners[i] == descriptor { listeners[i] = -1 }
    }

    // MARK: Waiting

    package mutating func watch(_ descriptor: Descriptor, token: Int, for interest: Interest) {
      let reads = interest.contains(.read)
      let writes = interest.contains(.write)
      if reads != (watches[token].reading >= 0) {
        if reads {
          watches[token].reading = subscribe(descriptor, token, WASI_EVENTTYPE_FD_READ)
        } else {
          unsubscribe(watches[token].reading)
          watches[token].reading = -1
        }
      }
      if (writes && reads) != (watches[token].writing >= 0) {
        if writes && reads {
          watches[token].writing = subscribe(descriptor, token, WASI_EVENTTYPE_FD_WRITE)
        } else {
          unsubscribe(watches[token].writing)
          watches[token].writing = -1
        }
      }
      if (writes && !reads) != (watches[token].retrying >= 0) {
        if writes && !reads { beginRetrying(token) } else { endRetrying(token) }
      }
    }

    private mutating func subscribe(_ descriptor: Descriptor, _ token: Int, _ type: Int) -> Int32 {
      let place = subscriptionCount
      subscriptions[place].userdata = UInt64(token)
      subscriptions[place].tag = UInt8(type)
      unsafe subscriptions[place].clock_or_fd = UInt32(bitPattern: descriptor)
      subscriptionCount += 1
      return Int32(place)
    }

    /// The last subscription takes the place of the one that goes.
    private mutating func unsubscribe(_ place: Int32) {
      subscriptionCount -= 1
      let last = subscriptions[subscriptionCount]
      subscriptions[Int(place)] = last
      if Int(last.tag) == WASI_EVENTTYPE_FD_READ {
        watches[Int(last.userdata)].reading = place
      } else {
        watches[Int(last.userdata)].writing = place
      }
    }

    private mutating func beginRetrying(_ token: Int) {
      if retriedCount == 0 { nextRetry = monotonicTime() &+ WASISockets.retryInterval }
      retried[retriedCount] = Int32(token)
      watches[token].retrying = Int32(retriedCount)
      retriedCount += 1
    }

    private mutating func endRetrying(_ token: Int) {
      retriedCount -= 1
      let last = retried[retriedCount]
      retried[Int(watches[token].retrying)] = last
      watches[Int(last)].retrying = watches[token].retrying
      watches[token].retrying = -1
    }

    package mutating func wait(nanoseconds: Int64?) throws(SocketError) -> Int {
      // A day stands for "as long as it takes".
      var timeout = nanoseconds ?? 86_400_000_000_000
      if retriedCount > 0 { timeout = min(timeout, max(0, nextRetry &- monotonicTime())) }
      unsafe subscriptions[0].clock_timeout = UInt64(max(0, timeout))

      var count: UInt32 = 0
      let subscribed = UInt32(subscriptionCount)
      // Both arrays are as large as there can be subscriptions.
      let errno = unsafe poll_oneoff(subscriptions.pointer, events.pointer, subscribed, &count)
      count = min(count, subscribed)
      switch Int(errno) {
      case WASI_SUCCESS:
        failures = 0
      case WASI_EINTR, WASI_EEXIST:
        // A list that will not do at all must not become a loop without end.
        failures &+= 1
        if failures > 1000 { fallthrough }
        count = 0
      default:
        throw SocketError(code: errno)
      }
      for i in 0..<Int(count) where events[i].fd_readwrite.flags != 0 { noteHangUp(events[i]) }
      return Int(count) + addRetries(behind: Int(count))
    }

    /// A listening socket never hangs up by itself: the host asks for a drain.
    private mutating func noteHangUp(_ event: wasi_event) {
      guard Int(event.type) != WASI_EVENTTYPE_CLOCK else { return }
      let place = watches[Int(event.userdata)].reading
      guard place > 0 else { return }
      let descriptor = unsafe Descriptor(bitPattern: subscriptions[Int(place)].clock_or_fd)
      if descriptor == listeners[0] || descriptor == listeners[1] { drainRequested = true }
    }

    /// When it is time, those that are tried again are as good as writable.
    private mutating func addRetries(behind count: Int) -> Int {
      guard retriedCount > 0 else { return 0 }
      let now = monotonicTime()
      guard now >= nextRetry else { return 0 }
      nextRetry = now &+ WASISockets.retryInterval
      for i in 0..<retriedCount {
        events[count + i].userdata = UInt64(retried[i])
        events[count + i].error = 0
        events[count + i].type = UInt8(WASI_EVENTTYPE_FD_WRITE)
      }
      return retriedCount
    }

    package func event(_ index: Int) -> Event {
      let event = events[index]
      switch Int(event.type) {
      case WASI_EVENTTYPE_FD_READ where event.error != WASI_EINTR:
        return Event(token: Int(event.userdata), isReadable: true, isWritable: false)
      case WASI_EVENTTYPE_FD_WRITE where event.error != WASI_EINTR:
        return Event(token: Int(event.userdata), isReadable: false, isWritable: true)
      default:
        return Event(token: 0, isReadable: false, isWritable: false)
      }
    }

    /// Only to a host with a board, which takes it as this word: elsewhere the socket would be shut
    /// down.
    package mutating func announceDrain() {
      if SystemScoreboard.exists { _ = sock_shutdown(listeners[0], UInt32(WASI_SHUT_RD)) }
    }

    // MARK: Clocks

    package func monotonicTime() -> Int64 { SystemProcess.monotonicTime() }

    package func wallClockTime() -> Int64 { SystemProcess.wallClockTime() }

    private func check(_ errno: wasi_errno) throws(SocketError) {
      if errno != 0 { throw SocketError(code: errno) }
    }
  }
#endif
