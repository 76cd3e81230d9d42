#if !arch(wasm32)
  /// A process is the only instance of its service.
  package enum SystemScoreboard {
    package static let exists = false

    package static func write(_ octets: UnsafeRawBufferPointer) {}

    package static func read(page: Int, into octets: UnsafeMutableRawBufferPointer) -> Bool {
      false
    }
  }
#endif
