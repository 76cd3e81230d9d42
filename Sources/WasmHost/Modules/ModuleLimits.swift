/// What a module may be at the most to be compiled: compiling takes time and memory by what it has, and a
/// module of a few megabytes can be made to take minutes.
enum ModuleLimits {
  /// In octets.
  static let size = 32 << 20
  static let functions: UInt64 = 100_000
  /// The engine takes some hundred times as much memory as an element, a type or an instruction has octets.
  static let section: UInt64 = 1 << 20
  static let types: UInt64 = 256 << 10
  static let function: UInt64 = 1 << 20

  /// Why a module is not compiled.
  struct Excess: Error { let reason: String }

  /// Reads what a module has.
  ///
  /// - Throws: when it is too much to be compiled.
  static func shape(of module: UnsafeRawBufferPointer) throws(Excess) -> ModuleShape {
    // Before anything is read.
    guard module.count <= size else {
      throw Excess(reason: "it has \(module.count) octets, of at most \(size)")
    }
    let shape = ModuleShape(of: module)
    let measures: [(String, UInt64, most: UInt64)] = [
      ("functions", shape.functions, functions),
      ("octets in a section", shape.largestSection, section),
      ("octets of types", shape.typesSize, types),
      ("octets in a function", shape.largestFunction, function),
    ]
    if let (name, number, most) = measures.first(where: { $0.1 > $0.most }) {
      throw Excess(reason: "it has \(number) \(name), of at most \(most)")
    }
    return shape
  }
}
