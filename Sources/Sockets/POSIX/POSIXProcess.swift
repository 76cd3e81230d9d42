#if !arch(wasm32)
  import Memory

  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #else
    import Darwin
  #endif

  /// The process as POSIX has it.
  package enum SystemProcess {
    /// Always true: the environment is in memory from the start.
    package static func readEnvironment() -> Bool { true }

    /// The value of an environment variable, nil when it is not set.
    package static func environment(_ name: StaticString) -> ImmortalOctets? {
      // Both are C strings, and nothing in this program changes the environment.
      guard
        let value = unsafe getenv(
          UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self))
      else { return nil }
      let octets = unsafe UnsafeRawBufferPointer(start: value, count: strlen(value))
      return unsafe ImmortalOctets(unsafe: octets.assumingMemoryBound(to: UInt8.self))
    }

    /// To be called before anything is opened: a standard descriptor that is closed would become
    /// a socket's, and log lines would go to a client.
    package static func prepareStandardStreams() {
      while true {
        let descriptor = unsafe open("/dev/null", O_RDWR)
        guard descriptor >= 0 && descriptor <= 2 else {
          if descriptor > 2 { systemClose(descriptor) }
          return
        }
      }
    }

    /// Writes to standard output (1) or standard error (2), as much as a pipe takes without making
    /// the server wait for its reader.
    package static func write(_ octets: Span<UInt8>, to descriptor: Int32) -> Written {
      var rest = octets
      while !rest.isEmpty {
        var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        if unsafe poll(&question, 1, 0) == 0 { break }  // one pollfd, as it says
        let lines = rest.extracting(first: wholeLines(rest))
        let written = unsafe lines.withUnsafeBytes { lines in
          unsafe systemWrite(descriptor, lines)  // reads the octets of the span
        }
        if written < 0 && errno == EINTR { continue }
        if written < 0 && errno == EAGAIN { break }
        guard written > 0 else {
          return Written(count: octets.count - rest.count, hasFailed: true)
        }
        rest = rest.extracting(droppingFirst: written)
      }
      return Written(count: octets.count - rest.count, hasFailed: false)
    }

    /// How much goes out at once: as many lines as a pipe that is ready takes in one piece (PIPE_BUF),
    /// without waiting for its reader. What else is written to the stream does not come between.
    private static func wholeLines(_ octets: Span<UInt8>) -> Int {
      let most = 4096
      guard octets.count > most else { return octets.count }
      var end = most
      while end > 0, octets[end - 1] != UInt8(ascii: "\n") { end -= 1 }
      return end > 0 ? end : most
    }

    /// A clock that never jumps, in nanoseconds.
    package static func monotonicTime() -> Int64 { time(of: CLOCK_MONOTONIC) }

    /// Nanoseconds since the Unix epoch, as far as this machine knows.
    package static func wallClockTime() -> Int64 { time(of: CLOCK_REALTIME) }

    private static func time(of clock: clockid_t) -> Int64 {
      var time = timespec()
      unsafe clock_gettime(clock, &time)
      return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// There is no linear memory.
    package static var memorySize: UInt64 { 0 }

    /// That the process has used so far, in nanoseconds.
    package static var processorTime: UInt64? {
      var time = timespec()
      guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
      return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Fills an array, which has elements, with random numbers.
    package static func fillRandomly(_ numbers: inout FixedArray<UInt64>) {
      var generator = SystemRandomNumberGenerator()
      for i in numbers.indices { numbers[i] = generator.next() }
    }

    package static func exit(_ status: Int32) -> Never {
      systemExit(status)
    }
  }

  // Named apart from the methods above, in which the C functions could not be called by name.
  private func systemWrite(_ descriptor: Int32, _ octets: UnsafeRawBufferPointer) -> Int {
    unsafe write(descriptor, octets.baseAddress, octets.count)
  }

  private func systemClose(_ descriptor: Int32) {
    close(descriptor)
  }

  private func systemExit(_ status: Int32) -> Never {
    exit(status)
  }

  extension SocketError {
    package var isAddressInUse: Bool { code == EADDRINUSE }

    package var reason: StaticString {
      switch code {
      case EADDRINUSE: "address already in use"
      case EADDRNOTAVAIL: "no such address on this machine"
      case EAFNOSUPPORT: "this machine has no such addresses"
      case EACCES, EPERM: SocketError.permissionDenied
      case EMFILE, ENFILE: "too many open sockets"
      case ENOMEM, ENOBUFS: "out of memory"
      case ECONNRESET: "connection reset"
      default: "the system refused"
      }
    }
  }
#endif
