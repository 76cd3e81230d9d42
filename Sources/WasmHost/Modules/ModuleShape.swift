/// The sizes and counts of a module that are limited, as its sections give them (WebAssembly 5.5).
///
/// They are read before the engine reads the module. Damage is not reported here: the engine does that.
struct ModuleShape: Sendable {
  private(set) var functions: UInt64 = 0
  /// The minimum number of elements of each table.
  private(set) var tables: [UInt64] = []
  /// The minimum size of the memory in pages; 0 without a memory.
  private(set) var memoryPages: UInt64 = 0
  /// The largest section besides code, data and custom ones, in octets.
  private(set) var largestSection: UInt64 = 0
  /// The section of types, in octets.
  private(set) var typesSize: UInt64 = 0
  /// The largest function's code, in octets.
  private(set) var largestFunction: UInt64 = 0

  init(of module: UnsafeRawBufferPointer) {
    for section in ModuleSections(module) {
      let (identifier, size) = (section.identifier, UInt64(section.content.count))
      if ![0, ModuleSections.code, 11].contains(identifier) {
        largestSection = max(largestSection, size)
      }
      if identifier == 1 { typesSize = max(typesSize, size) }
      var content = section.content
      guard let count = content.takeInteger() else { continue }
      switch identifier {
      case 3: functions = count
      case 4: readTables(count, &content)
      case 5: memoryPages = ModuleShape.least(&content) ?? 0
      case ModuleSections.code: readCode(&content)
      default: break
      }
    }
  }

  /// (A table takes at least three octets, so a false count cannot make this loop long.)
  private mutating func readTables(_ count: UInt64, _ section: inout ModuleSections.Reader) {
    for _ in 0..<min(count, UInt64(section.count)) {
      // The element type is one octet, unless a refused proposal makes it longer.
      guard section.popFirst() != nil, let least = ModuleShape.least(&section) else { return }
      tables.append(least)
    }
  }

  private mutating func readCode(_ section: inout ModuleSections.Reader) {
    while let function = section.takeSized() {
      largestFunction = max(largestFunction, UInt64(function.count))
    }
  }

  /// The minimum of limits (5.3.9), which may have a maximum as well.
  private static func least(_ reader: inout ModuleSections.Reader) -> UInt64? {
    guard let flags = reader.popFirst(), let least = reader.takeInteger() else { return nil }
    if flags & 1 == 1 { _ = reader.takeInteger() }
    return least
  }
}
