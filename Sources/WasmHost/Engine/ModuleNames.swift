/// The names of a module's functions (WebAssembly appendix, "Name Section"), which the engine demangles
/// for the text of each trap: a name of 500 octets can be made to take seconds in that, and a backtrace has
/// twenty.
enum ModuleNames {
  /// In octets. (What a name of so many can cost is microseconds.)
  static let longest: UInt64 = 256

  /// The module without its names, when one of them is too long; nil when all may stay.
  static func stripped(_ module: UnsafeRawBufferPointer) -> [UInt8]? {
    var kept = Array(module.prefix(8))
    var hasDropped = false
    var reader = module.dropFirst(8)
    while !reader.isEmpty {
      let start = reader.startIndex
      guard let identifier = reader.popFirst(), let size = ModuleShape.integer(&reader),
        size <= reader.count
      else { return nil }
      let section = reader.prefix(Int(size))
      reader = reader.dropFirst(Int(size))
      if identifier == 0, hasLongName(section) {
        hasDropped = true
      } else {
        kept += module[start..<reader.startIndex]
      }
    }
    return hasDropped ? kept : nil
  }

  /// Whether a custom section is that of names, and has one that is too long or cannot be read.
  private static func hasLongName(_ section: Slice<UnsafeRawBufferPointer>) -> Bool {
    var reader = section
    guard let length = ModuleShape.integer(&reader), length <= reader.count,
      reader.prefix(Int(length)).elementsEqual("name".utf8)
    else { return false }
    reader = reader.dropFirst(Int(length))
    while let identifier = reader.popFirst() {
      guard let size = ModuleShape.integer(&reader), size <= reader.count else { return true }
      var names = reader.prefix(Int(size))
      reader = reader.dropFirst(Int(size))
      // 1 is the subsection of functions; no other is shown.
      if identifier == 1, !areShort(&names) { return true }
    }
    return false
  }

  private static func areShort(_ names: inout Slice<UnsafeRawBufferPointer>) -> Bool {
    guard let count = ModuleShape.integer(&names) else { return false }
    for _ in 0..<count {
      guard ModuleShape.integer(&names) != nil, let length = ModuleShape.integer(&names),
        length <= min(longest, UInt64(names.count))
      else { return false }
      names = names.dropFirst(Int(length))
    }
    return true
  }
}
