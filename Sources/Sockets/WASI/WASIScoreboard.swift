#if arch(wasm32)
  import CWASI

  /// wasm-serve's scoreboard: a page for each instance of a service, to be read by all of them
  /// (docs/socket-abi.md). Other hosts have none.
  package enum SystemScoreboard {
    /// The first words of a page are the host's.
    private static let headSize: UInt64 = 24
    private static let pageSize: UInt64 = 4096
    private static let descriptor: Int32 = 3

    /// Descriptor 3 is a file nowhere else: a directory, if anything.
    package static var exists: Bool {
      @inline(never) get {
        if let isThere = unsafe isThere { return isThere }
        var status = wasi_fdstat()
        let found =
          unsafe fd_fdstat_get(descriptor, &status) == 0
          && Int(status.filetype) == WASI_FILETYPE_REGULAR_FILE
        unsafe isThere = found
        return found
      }
    }

    /// What the host has said, nil before it is asked. (A `static let` would bring what makes it safe for threads.)
    nonisolated(unsafe) private static var isThere: Bool?

    /// Writes this instance's page.
    package static func write(_ octets: UnsafeRawBufferPointer) {
      // The host only reads from it.
      var vector = unsafe wasi_iovec(
        buf: UnsafeMutableRawPointer(mutating: octets.baseAddress), buf_len: UInt32(octets.count))
      var count: UInt32 = 0
      _ = unsafe fd_pwrite(descriptor, &vector, 1, headSize, &count)
    }

    /// Reads the start of a page: 0 is this instance's own, from 1 on there are those of all.
    ///
    /// - Returns: false when there is no such page.
    package static func read(page: Int, into octets: UnsafeMutableRawBufferPointer) -> Bool {
      // The host writes as many octets as the buffer has, or fewer.
      var vector = unsafe wasi_iovec(buf: octets.baseAddress, buf_len: UInt32(octets.count))
      var count: UInt32 = 0
      let errno = unsafe fd_pread(descriptor, &vector, 1, UInt64(page) &* pageSize, &count)
      return errno == 0 && Int(count) == octets.count
    }
  }
#endif
