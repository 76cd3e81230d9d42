/// What a module may be at the most to be compiled: compiling takes time and memory by what it has, and a
/// module of a few megabytes can be made to take minutes.
enum ModuleLimits {
  /// In octets.
  static let size = 32 << 20
  static let functions = 100_000

  /// Why a module is not compiled; nil when it may be.
  static func excess(of module: UnsafeRawBufferPointer) -> String? {
    if module.count > size {
      return "it has \(module.count) octets, of at most \(size)"
    }
    if let count = functionCount(of: module), count > functions {
      return "it has \(count) functions, of at most \(functions)"
    }
    return nil
  }

  /// What the function section says (WebAssembly 5.5.6); nil where there is none, or the module is
  /// damaged before it, which the engine will say.
  private static func functionCount(of module: UnsafeRawBufferPointer) -> UInt64? {
    var reader = module.dropFirst(8)
    while let identifier = reader.popFirst(), let size = integer(&reader), size <= reader.count {
      if identifier == 3 {
        var section = reader.prefix(Int(size))
        return integer(&section)
      }
      reader = reader.dropFirst(Int(size))
    }
    return nil
  }

  /// An unsigned LEB128 of at most 32 bits (WebAssembly 5.2.2).
  private static func integer(_ reader: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 35, by: 7) {
      guard let octet = reader.popFirst() else { return nil }
      value |= UInt64(octet & 0x7f) << shift
      if octet < 0x80 { return value }
    }
    return nil
  }
}
