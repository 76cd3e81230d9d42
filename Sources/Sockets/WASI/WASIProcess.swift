#if arch(wasm32)
  import CMemory
  import CWASI

  /// The process as WASI has it.
  public enum SystemProcess {
    /// What the host passes, NAME=VALUE each: read once, and kept.
    nonisolated(unsafe) private static var variables:
      UnsafeMutablePointer<
        UnsafeMutablePointer<UInt8>?
      >?
    nonisolated(unsafe) private static var variableCount = 0

    /// Reads the environment. To be called first, once.
    ///
    /// - Returns: false when it cannot be read: variables that are set would look as if they were not.
    public static func readEnvironment() -> Bool {
      var count: UInt32 = 0
      var size: UInt32 = 0
      guard environ_sizes_get(&count, &size) == 0 else { return false }
      if count == 0 { return true }
      guard size < UInt32(Int32.max), count < UInt32(Int32.max) / 4,
        let block = calloc(Int(size) + 1, 1),
        let entries = calloc(Int(count), MemoryLayout<UnsafeMutablePointer<UInt8>?>.stride)
      else { return false }
      let list = entries.bindMemory(to: UnsafeMutablePointer<UInt8>?.self, capacity: Int(count))
      guard environ_get(list, block.assumingMemoryBound(to: UInt8.self)) == 0 else { return false }
      (variables, variableCount) = (list, Int(count))
      return true
    }

    /// The value of an environment variable, nil when it is not set. It lives for ever.
    public static func environment(_ name: StaticString) -> UnsafeBufferPointer<UInt8>? {
      let length = name.utf8CodeUnitCount
      for i in 0..<variableCount {
        guard let entry = variables?[i] else { continue }
        // (An entry ends in a NUL, which no name has: the comparison does not go beyond it.)
        var place = 0
        while place < length, entry[place] == name.utf8Start[place] { place += 1 }
        guard place == length, entry[length] == UInt8(ascii: "=") else { continue }
        let value = entry + length + 1
        var count = 0
        while value[count] != 0 { count += 1 }
        return UnsafeBufferPointer(start: value, count: count)
      }
      return nil
    }

    /// Has writes to a log that nobody reads say so instead of waiting. wasm-serve keeps the flag to
    /// itself; WasmEdge refuses it (NOTCAPABLE), and writes there wait.
    public static func prepareStandardStreams() {
      _ = fd_fdstat_set_flags(1, UInt32(WASI_FDFLAG_NONBLOCK))
      _ = fd_fdstat_set_flags(2, UInt32(WASI_FDFLAG_NONBLOCK))
    }

    /// Writes to standard output (1) or standard error (2), as much as goes out without waiting.
    public static func write(
      _ octets: UnsafePointer<UInt8>, count: Int, to descriptor: Int32
    ) -> Written {
      var start = 0
      while start < count {
        var view = wasi_iovec(
          buf: UnsafeMutableRawPointer(mutating: octets + start), buf_len: UInt32(count - start))
        var written: UInt32 = 0
        let errno = fd_write(descriptor, &view, 1, &written)
        if Int(errno) == WASI_EINTR { continue }
        if Int(errno) == WASI_EAGAIN { break }
        guard errno == 0, written > 0 else { return Written(count: start, hasFailed: true) }
        start += Int(written)
      }
      return Written(count: start, hasFailed: false)
    }

    /// A clock that never jumps, in nanoseconds.
    public static func monotonicTime() -> Int64 {
      var nanoseconds: UInt64 = 0
      _ = clock_time_get(UInt32(WASI_CLOCK_MONOTONIC), 1, &nanoseconds)
      return Int64(clamping: nanoseconds)
    }

    /// The linear memory, in octets.
    public static var memorySize: UInt64 { UInt64(memory_grow(0)) * 65_536 }

    /// That the process has used so far, in nanoseconds; nil where the host does not tell.
    public static var processorTime: UInt64? {
      var time: UInt64 = 0
      return clock_time_get(UInt32(WASI_CLOCK_PROCESS_CPUTIME), 1000, &time) == 0 ? time : nil
    }

    public static func exit(_ status: Int32) -> Never {
      proc_exit(UInt32(bitPattern: status))
    }
  }

  /// What Swift seeds hashing with. wasi-libc has one as well, which would bring all of its stdio
  /// into the module, for an assertion.
  @_cdecl("arc4random_buf")
  public func fillWithRandomOctets(_ buffer: UnsafeMutableRawPointer, _ count: Int) {
    _ = random_get(buffer, UInt32(count))
  }

  extension SocketError {
    public var isAddressInUse: Bool { Int(code) == WASI_EADDRINUSE }

    public var reason: StaticString {
      switch Int(code) {
      case WASI_EADDRINUSE: "address already in use"
      case WASI_EADDRNOTAVAIL: "no such address on this machine"
      case WASI_EAFNOSUPPORT: "this machine has no such addresses"
      case WASI_EACCES, WASI_EPERM: SocketError.permissionDenied
      case WASI_ENOTCAPABLE: "not granted by the host"
      case WASI_EMFILE, WASI_ENFILE: "too many open sockets"
      case WASI_ENOMEM, WASI_ENOBUFS: "out of memory"
      case WASI_ECONNRESET: "connection reset"
      default: "the host refused"
      }
    }
  }
#endif
