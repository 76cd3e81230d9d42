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

    /// Writes to standard output (1) or standard error (2). What cannot be written is lost: a log
    /// that nobody reads must not end the server.
    public static func write(_ octets: UnsafePointer<UInt8>, count: Int, to descriptor: Int32) {
      var start = 0
      while start < count {
        let written = systemWrite(descriptor, octets + start, count - start)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return }
        start += written
      }
    }

    public static func exit(_ status: Int32) -> Never {
      systemExit(status)
    }
  }

  // Named apart from the methods above, in which the C functions could not be called by name.
  private func systemWrite(_ descriptor: Int32, _ octets: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, octets, count)
  }

  private func systemExit(_ status: Int32) -> Never {
    exit(status)
  }

  extension SocketError {
    public var reason: StaticString {
      switch code {
      case EADDRINUSE: "address already in use"
      case EADDRNOTAVAIL: "no such address on this machine"
      case EACCES, EPERM: "permission denied"
      case EMFILE, ENFILE: "too many open sockets"
      case ENOMEM, ENOBUFS: "out of memory"
      case ECONNRESET: "connection reset"
      default: "the system refused"
      }
    }
  }
#endif
