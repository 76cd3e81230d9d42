/// What a module has of the things that are limited, as its sections say (WebAssembly 5.5). Read before
/// the engine reads it; what is damaged, the engine will say.
struct ModuleShape: Sendable {
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

  /// (A table takes three octets at the least: a count cannot make this long.)
  private mutating func readTables(_ count: UInt64, _ section: inout ModuleSections.Reader) {
    for _ in 0..<min(count, UInt64(section.count)) {
      // The type of its elements is one octet, where proposals do not make it longer.
      guard section.popFirst() != nil, let least = ModuleShape.least(&section) else { return }
      tables.append(least)
    }
  }

  private mutating func readCode(_ section: inout ModuleSections.Reader) {
    while let function = section.takeSized() {
      largestFunction = max(largestFunction, UInt64(function.count))
    }
  }

  /// The least of limits (5.3.9), which may have a most as well.
  private static func least(_ reader: inout ModuleSections.Reader) -> UInt64? {
    guard let flags = reader.popFirst(), let least = reader.takeInteger() else { return nil }
    if flags & 1 == 1 { _ = reader.takeInteger() }
    return least
  }
}
