#if !arch(wasm32)
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #else
    import Darwin
  #endif

  /// SIGTERM and SIGINT as something that poll(2) can wait for: the handler writes an octet to a
  /// pipe, which is about all that a signal handler may do.
  enum SignalPipe {
    /// Written once before the handlers are set, read by them.
    nonisolated(unsafe) private static var writeEnd: Int32 = -1

    /// - Returns: the end to poll and read, nil when there are no descriptors left.
    static func open() -> Int32? {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { return nil }
      for end in ends {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
      writeEnd = ends[1]
      // A client that goes away, or a closed log, is an errno to us and no reason to die.
      signal(SIGPIPE, SIG_IGN)
      signal(SIGTERM) { _ in SignalPipe.note() }
      signal(SIGINT) { _ in SignalPipe.note() }
      return ends[0]
    }

    private static func note() {
      let saved = errno
      _ = write(writeEnd, "!", 1)
      errno = saved
    }

    static func empty(_ readEnd: Int32) {
      var octets = [UInt8](repeating: 0, count: 16)
      while read(readEnd, &octets, octets.count) > 0 {}
    }
  }
#endif
