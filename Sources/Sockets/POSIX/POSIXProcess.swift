#if !arch(wasm32)
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #else
    import Darwin
  #endif

  /// The process as POSIX has it.
  public enum SystemProcess {
    /// Nothing can fail here: it is there from the start.
    public static func readEnvironment() -> Bool { true }

    /// The value of an environment variable, nil when it is not set.
    public static func environment(_ name: StaticString) -> UnsafeBufferPointer<UInt8>? {
      name.withUTF8Buffer { name in
        name.withMemoryRebound(to: CChar.self) { name in
          guard let start = name.baseAddress, let value = getenv(start) else { return nil }
          let length = strlen(value)
          return UnsafeRawBufferPointer(start: value, count: length).assumingMemoryBound(
            to: UInt8.self)
        }
      }
    }

    /// To be called before anything is opened: a standard descriptor that is closed would become
    /// a socket's, and log lines would go to a client.
    public static func prepareStandardStreams() {
      while true {
        let descriptor = open("/dev/null", O_RDWR)
        guard descriptor >= 0 && descriptor <= 2 else {
          if descriptor > 2 { systemClose(descriptor) }
          return
        }
      }
    }

    /// Writes to standard output (1) or standard error (2), as much as a pipe takes without making
    /// the server wait for its reader.
    public static func write(
      _ octets: UnsafePointer<UInt8>, count: Int, to descriptor: Int32
    ) -> Written {
      var start = 0
      while start < count {
        var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        if poll(&question, 1, 0) == 0 { break }
        let size = wholeLines(octets + start, count: count - start)
        let written = systemWrite(descriptor, octets + start, size)
        if written < 0 && errno == EINTR { continue }
        if written < 0 && errno == EAGAIN { break }
        guard written > 0 else { return Written(count: start, hasFailed: true) }
        start += written
      }
      return Written(count: start, hasFailed: false)
    }

    /// How much goes out at once: as many lines as a pipe that is ready takes in one piece (PIPE_BUF),
    /// without waiting for its reader. What else is written to the stream does not come between.
    private static func wholeLines(_ octets: UnsafePointer<UInt8>, count: Int) -> Int {
      let most = 4096
      guard count > most else { return count }
      var end = most
      while end > 0, octets[end - 1] != UInt8(ascii: "\n") { end -= 1 }
      return end > 0 ? end : most
    }

    /// A clock that never jumps, in nanoseconds.
    public static func monotonicTime() -> Int64 {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// There is no linear memory.
    public static var memorySize: UInt64 { 0 }

    /// That the process has used so far, in nanoseconds.
    public static var processorTime: UInt64? {
      var time = timespec()
      guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
      return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    public static func exit(_ status: Int32) -> Never {
      systemExit(status)
    }
  }

  // Named apart from the methods above, in which the C functions could not be called by name.
  private func systemWrite(_ descriptor: Int32, _ octets: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, octets, count)
  }

  private func systemClose(_ descriptor: Int32) {
    close(descriptor)
  }

  private func systemExit(_ status: Int32) -> Never {
    exit(status)
  }

  extension SocketError {
    public var isAddressInUse: Bool { code == EADDRINUSE }

    public var reason: StaticString {
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
