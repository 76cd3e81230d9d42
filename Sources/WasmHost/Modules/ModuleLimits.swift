/// The limits of a module that is compiled. Time and memory for compiling grow with what a module contains, and a
/// module of a few megabytes can be made to take minutes.
enum ModuleLimits {
  /// The whole module, in octets.
  static let size = 32 << 20
  /// The file that it is in, in octets: beside the module there can be its native code.
  static let file = 512 << 20
  static let functions: UInt64 = 100_000
  // The engine takes about a hundred octets of memory for each octet of an element, a type or an instruction.
  /// One section besides code, data and custom ones, in octets.
  static let section: UInt64 = 1 << 20
  /// The section of types, in octets.
  static let types: UInt64 = 256 << 10
  /// One function's code, in octets.
  static let function: UInt64 = 1 << 20

  /// Why a module is not compiled.
  struct Excess: Error { let reason: String }

  /// Reads a module's shape.
  ///
  /// - Throws: `Excess` when the module is beyond a limit.
  static func shape(of module: UnsafeRawBufferPointer) throws(Excess) -> ModuleShape {
    // Checked before any section is read.
    guard module.count <= size else {
      throw Excess(reason: "it has \(module.count) octets; the limit is \(size)")
    }
    let shape = ModuleShape(of: module)
    let measures: [(String, UInt64, most: UInt64)] = [
      ("functions", shape.functions, functions),
      ("octets in a section", shape.largestSection, section),
      ("octets of types", shape.typesSize, types),
      ("octets in a function", shape.largestFunction, function),
    ]
    if let (name, number, most) = measures.first(where: { $0.1 > $0.most }) {
      throw Excess(reason: "it has \(number) \(name); the limit is \(most)")
    }
    return shape
  }
}
