import CWasmtime

/// The linear memory of one instance, as host functions see it.
///
/// Every address a guest passes goes through `pointer(_:count:align:)`; nothing else turns a
/// guest's number into a host pointer. The engine is configured so that memory never moves
/// (`Engine`), so the base is read once, and the length again only when an address lies beyond what
/// was known.
public final class GuestMemory {
  private var base: UnsafeMutableRawPointer?
  private var length: UInt64 = 0
  private var memory = wasmtime_memory_t()
  private let context: OpaquePointer

  init(context: OpaquePointer) {
    self.context = context
  }

  var isKnown: Bool { base != nil }

  /// Looks up the caller's exported memory. A module without one gets `fault` for each pointer.
  func adopt(exportOf caller: OpaquePointer) {
    var item = wasmtime_extern_t()
    let name: StaticString = "memory"
    let found = name.withUTF8Buffer { bytes in
      wasmtime_caller_export_get(
        caller, UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
        bytes.count, &item)
    }
    guard found else { return }
    defer { wasmtime_extern_delete(&item) }
    guard item.kind == UInt8(WASMTIME_EXTERN_MEMORY) else { return }
    memory = item.of.memory
    base = UnsafeMutableRawPointer(wasmtime_memory_data(context, &memory))
    length = UInt64(wasmtime_memory_data_size(context, &memory))
  }

  /// The host's pointer to `count` bytes at a guest's address.
  ///
  /// - Throws: `fault` when a byte of it lies outside the memory, `inval` when the address is not a
  ///   multiple of `align`.
  @inline(__always)
  public func pointer(
    _ address: UInt32, count: Int, align: UInt32 = 1
  ) throws(Errno) -> UnsafeMutableRawPointer {
    // The bound on count keeps the sum from wrapping; no guest's array is longer.
    guard 0...(1 << 40) ~= count else { throw .fault }
    let end = UInt64(address) + UInt64(count)
    guard end <= length || grown(to: end), let base else { throw .fault }
    guard address & (align &- 1) == 0 else { throw .inval }
    return base + Int(address)
  }

  public func load<T: BitwiseCopyable>(_ address: UInt32, as type: T.Type) throws(Errno) -> T {
    try pointer(
      address, count: MemoryLayout<T>.size, align: UInt32(MemoryLayout<T>.alignment)
    ).load(as: T.self)
  }

  public func store<T: BitwiseCopyable>(_ value: T, at address: UInt32) throws(Errno) {
    try pointer(
      address, count: MemoryLayout<T>.size, align: UInt32(MemoryLayout<T>.alignment)
    ).storeBytes(of: value, as: T.self)
  }

  /// `count` bytes at a guest's address.
  public func bytes(
    _ address: UInt32, count: UInt32
  ) throws(Errno) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(
      start: try pointer(address, count: Int(count)), count: Int(count))
  }

  /// Whether the memory has grown since its length was read, far enough to hold byte `end - 1`.
  @inline(never)
  private func grown(to end: UInt64) -> Bool {
    guard base != nil else { return false }
    length = UInt64(wasmtime_memory_data_size(context, &memory))
    return end <= length
  }
}
