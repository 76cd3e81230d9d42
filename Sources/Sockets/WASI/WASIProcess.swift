#if arch(wasm32)
  import CMemory
  import CWASI
  import Memory

  /// The process as WASI has it.
  package enum SystemProcess {
    /// NAME=VALUE with a NUL behind it, for each variable: read once, and never freed; nil as long
    /// as there is none.
    nonisolated(unsafe) private static var variables: ImmortalOctets?

    /// Reads the environment, once. To be called before it is asked for a variable.
    ///
    /// - Returns: false when it cannot be read: variables that are set would look as if they were not.
    package static func readEnvironment() -> Bool {
      if unsafe variables != nil { return true }
      var count: UInt32 = 0
      var size: UInt32 = 0
      guard unsafe environ_sizes_get(&count, &size) == 0 else { return false }
      if count == 0 { return true }
      // The host fills the two with what it has just told: so many pointers, so many octets.
      guard size < UInt32(Int32.max), count < UInt32(Int32.max) / 4,
        let block = unsafe calloc(Int(size), 1),
        let entries = unsafe calloc(Int(count), MemoryLayout<UnsafeMutablePointer<UInt8>?>.stride)
      else { return false }
      defer { unsafe free(entries) }
      let list = unsafe entries.bindMemory(
        to: UnsafeMutablePointer<UInt8>?.self, capacity: Int(count))
      let octets = unsafe block.bindMemory(to: UInt8.self, capacity: Int(size))
      guard unsafe environ_get(list, octets) == 0 else { return false }
      guard
        let all = unsafe ImmortalOctets(
          unsafe: UnsafeBufferPointer(start: octets, count: Int(size)))
      else { return false }
      unsafe variables = all
      return true
    }

    /// The value of an environment variable, nil when it is not set.
    package static func environment(_ name: StaticString) -> ImmortalOctets? {
      guard let variables = unsafe variables else { return nil }
      let (octets, name) = (variables.span, name.octets)
      // How much of the name a variable begins with; nil behind an octet that differs, and in its value.
      var matched: Int? = 0
      var valueStart: Int?
      for place in octets.indices {
        let octet = octets[place]
        if octet == 0 {
          if let valueStart { return variables.part(valueStart..<place) }
          matched = 0
        } else if let count = matched {
          if count < name.count {
            matched = octet == name[count] ? count &+ 1 : nil
          } else {
            if octet == UInt8(ascii: "=") { valueStart = place &+ 1 }
            matched = nil
          }
        }
      }
      return nil
    }

    /// Makes writes to a log that is not read return EAGAIN instead of waiting. wasm-serve keeps the flag
    /// to itself; WasmEdge refuses it (NOTCAPABLE), and writes there wait.
    package static func prepareStandardStreams() {
      _ = fd_fdstat_set_flags(1, UInt32(WASI_FDFLAG_NONBLOCK))
      _ = fd_fdstat_set_flags(2, UInt32(WASI_FDFLAG_NONBLOCK))
    }

    /// Writes to standard output (1) or standard error (2), as much as goes out without waiting.
    package static func write(_ octets: Span<UInt8>, to descriptor: Int32) -> Written {
      var rest = octets
      while !rest.isEmpty {
        var written: UInt32 = 0
        let errno = unsafe rest.withVector { vector in
          unsafe fd_write(descriptor, vector, 1, &written)
        }
        if Int(errno) == WASI_EINTR { continue }
        if Int(errno) == WASI_EAGAIN { break }
        guard errno == 0, written > 0 else {
          return Written(count: octets.count - rest.count, hasFailed: true)
        }
        rest = rest.extracting(droppingFirst: Int(written))
      }
      return Written(count: octets.count - rest.count, hasFailed: false)
    }

    /// A clock that never jumps, in nanoseconds.
    package static func monotonicTime() -> Int64 { time(of: WASI_CLOCK_MONOTONIC) }

    /// Nanoseconds since the Unix epoch, as far as the host knows.
    package static func wallClockTime() -> Int64 { time(of: WASI_CLOCK_REALTIME) }

    @inline(never)
    private static func time(of clock: Int) -> Int64 {
      var nanoseconds: UInt64 = 0
      _ = unsafe clock_time_get(UInt32(clock), 1, &nanoseconds)
      return Int64(clamping: nanoseconds)
    }

    /// The linear memory, in octets.
    package static var memorySize: UInt64 { UInt64(memory_grow(0)) * 65_536 }

    /// The processor time that the process has used so far, in nanoseconds; nil where the host does not tell.
    package static var processorTime: UInt64? {
      var time: UInt64 = 0
      return unsafe clock_time_get(UInt32(WASI_CLOCK_PROCESS_CPUTIME), 1000, &time) == 0
        ? time : nil
    }

    /// Fills an array, which has elements, with random numbers.
    package static func fillRandomly(_ numbers: inout FixedArray<UInt64>) {
      // The array has so many octets, and any octets are numbers.
      unsafe fillWithRandomOctets(numbers.pointer, numbers.count &* 8)
    }

    package static func exit(_ status: Int32) -> Never {
      proc_exit(UInt32(bitPattern: status))
    }
  }

  extension Span<UInt8> {
    /// Calls a host function with these octets as a ciovec, which says so many octets there are to read.
    @unsafe
    func withVector(_ call: (UnsafePointer<wasi_iovec>) -> wasi_errno) -> wasi_errno {
      unsafe withUnsafeBytes { octets in
        // (The C type is that of iovec as well, which the host writes to; in a ciovec it only reads.)
        var vector = unsafe wasi_iovec(
          buf: UnsafeMutableRawPointer(mutating: octets.baseAddress), buf_len: UInt32(octets.count))
        return unsafe call(&vector)
      }
    }
  }

  /// What Swift seeds hashing with. wasi-libc has one as well, which would bring all of its stdio
  /// into the module, for an assertion.
  @_cdecl("arc4random_buf")
  package func fillWithRandomOctets(_ buffer: UnsafeMutableRawPointer, _ count: Int) {
    _ = unsafe random_get(buffer, UInt32(count))
  }

  extension SocketError {
    package var isAddressInUse: Bool { Int(code) == WASI_EADDRINUSE }

    package var reason: StaticString {
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
