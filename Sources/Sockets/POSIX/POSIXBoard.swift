#if !arch(wasm32)
  /// A process has no siblings.
  public enum SystemBoard {
    public static let exists = false

    public static func write(_ octets: UnsafeRawBufferPointer) {}

    public static func read(page: Int, into octets: UnsafeMutableRawBufferPointer) -> Bool {
      false
    }
  }
#endif
