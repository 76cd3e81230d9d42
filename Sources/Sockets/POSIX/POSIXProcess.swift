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
    ///
    /// - Returns: how many octets are done with. On a stream that nobody can read any more it is
    ///   all of them: they are lost.
    public static func write(
      _ octets: UnsafePointer<UInt8>, count: Int, to descriptor: Int32
    ) -> Int {
      var start = 0
      while start < count {
        // So much does not block on a pipe that is ready (PIPE_BUF).
        var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        if poll(&question, 1, 0) == 0 { return start }
        let written = systemWrite(descriptor, octets + start, min(count - start, 4096))
        if written < 0 && errno == EINTR { continue }
        if written < 0 && errno == EAGAIN { return start }
        guard written > 0 else { return count }
        start += written
      }
      return count
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
