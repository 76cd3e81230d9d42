#if arch(wasm32)
  import CWASI

  /// wasm-serve's board: a page for each instance of a service, to be read by all of them
  /// (docs/socket-abi.md). Other hosts have none.
  public enum SystemBoard {
    /// The first words of a page are the host's.
    private static let headSize: UInt64 = 24
    private static let pageSize: UInt64 = 4096
    private static let descriptor: Int32 = 3

    /// Descriptor 3 is a file nowhere else: a directory, if anything.
    public static let exists: Bool = {
      var status = wasi_fdstat()
      return fd_fdstat_get(descriptor, &status) == 0
        && Int(status.filetype) == WASI_FILETYPE_REGULAR_FILE
    }()

    /// Writes this instance's page.
    public static func write(_ octets: UnsafeRawBufferPointer) {
      var view = wasi_iovec(
        buf: UnsafeMutableRawPointer(mutating: octets.baseAddress), buf_len: UInt32(octets.count))
      var count: UInt32 = 0
      _ = fd_pwrite(descriptor, &view, 1, headSize, &count)
    }

    /// Reads the start of a page: 0 is this instance's own, from 1 on there are those of all.
    ///
    /// - Returns: false when there is no such page.
    public static func read(page: Int, into octets: UnsafeMutableRawBufferPointer) -> Bool {
      var view = wasi_iovec(buf: octets.baseAddress, buf_len: UInt32(octets.count))
      var count: UInt32 = 0
      let errno = fd_pread(descriptor, &view, 1, UInt64(page) &* pageSize, &count)
      return errno == 0 && Int(count) == octets.count
    }
  }
#endif
