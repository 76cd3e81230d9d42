/// What a module has of the things that are limited, as its sections say (WebAssembly 5.5). Read before
/// the engine reads it; what is damaged, the engine will say.
struct ModuleShape {
  private(set) var functions: UInt64 = 0
  /// The least elements of each table.
  private(set) var tables: [UInt64] = []
  /// The least pages of its memory; 0 without one.
  private(set) var memoryPages: UInt64 = 0
  /// The octets of the largest section besides code, data and custom ones; of the types; of the largest
  /// function.
  private(set) var largestSection: UInt64 = 0
  private(set) var typesSize: UInt64 = 0
  private(set) var largestFunction: UInt64 = 0

  init(of module: UnsafeRawBufferPointer) {
    var reader = module.dropFirst(8)
    while let identifier = reader.popFirst(), let size = ModuleShape.integer(&reader),
      size <= reader.count
    {
      var section = reader.prefix(Int(size))
      reader = reader.dropFirst(Int(size))
      if ![0, 10, 11].contains(identifier) { largestSection = max(largestSection, size) }
      if identifier == 1 { typesSize = max(typesSize, size) }
      guard let count = ModuleShape.integer(&section) else { continue }
      switch identifier {
      case 3: functions = count
      case 4: readTables(count, &section)
      case 5: memoryPages = ModuleShape.least(&section) ?? 0
      case 10: readCode(&section)
      default: break
      }
    }
  }

  /// (A table takes three octets at the least: a count cannot make this long.)
  private mutating func readTables(_ count: UInt64, _ section: inout Slice<UnsafeRawBufferPointer>)
  {
    for _ in 0..<min(count, UInt64(section.count)) {
      // The type of its elements is one octet, where proposals do not make it longer.
      guard section.popFirst() != nil, let least = ModuleShape.least(&section) else { return }
      tables.append(least)
    }
  }

  private mutating func readCode(_ section: inout Slice<UnsafeRawBufferPointer>) {
    while let size = ModuleShape.integer(&section), size <= section.count {
      largestFunction = max(largestFunction, size)
      section = section.dropFirst(Int(size))
    }
  }

  /// The least of limits (5.3.9), which may have a most as well.
  private static func least(_ reader: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
    guard let flags = reader.popFirst(), let least = integer(&reader) else { return nil }
    if flags & 1 == 1 { _ = integer(&reader) }
    return least
  }

  /// An unsigned LEB128 of at most 32 bits (5.2.2).
  static func integer(_ reader: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 35, by: 7) {
      guard let octet = reader.popFirst() else { return nil }
      value |= UInt64(octet & 0x7f) << shift
      if octet < 0x80 { return value }
    }
    return nil
  }
}
