#if !arch(wasm32)
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #else
    import Darwin
  #endif

  /// The signals that ask for a drain (SIGTERM, SIGINT, and SIGHUP when a terminal is closed) as
  /// something that poll(2) can wait for: the handler writes an octet to a pipe, which is about all
  /// that a signal handler may do. Others that would end the process are ignored.
  enum SignalPipe {
    /// Written once before the handlers are set, read by them.
    nonisolated(unsafe) private static var writeEnd: Int32 = -1

    /// - Returns: the end to poll and read, nil when there are no descriptors left.
    static func open() -> Int32? {
      var ends: [Int32] = [-1, -1]
      guard unsafe pipe(&ends) == 0 else { return nil }
      for end in ends {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
      unsafe writeEnd = ends[1]
      // A client that goes away, a closed log, or one at its largest size is an errno to us and no
      // reason to die; the others mean something to scripts that rotate logs, and nothing here.
      for number in [SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF] {
        signal(number, SIG_IGN)
      }
      signal(SIGTERM) { _ in SignalPipe.note() }
      signal(SIGINT) { _ in SignalPipe.note() }
      // (nohup(1) has it ignored, and means it.)
      var hangUp = sigaction()
      unsafe sigaction(SIGHUP, nil, &hangUp)
      signal(SIGHUP) { _ in SignalPipe.note() }
      if isIgnored(hangUp) { signal(SIGHUP, SIG_IGN) }
      return ends[0]
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
      #if canImport(Darwin)
        let handler = action.__sigaction_u.__sa_handler
      #else
        let handler = unsafe action.__sigaction_handler.sa_handler
      #endif
      return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func note() {
      let saved = errno
      _ = unsafe write(writeEnd, "!", 1)
      errno = saved
    }

    static func empty(_ readEnd: Int32) {
      var octets = [UInt8](repeating: 0, count: 16)
      while unsafe read(readEnd, &octets, octets.count) > 0 {}
    }
  }
#endif
