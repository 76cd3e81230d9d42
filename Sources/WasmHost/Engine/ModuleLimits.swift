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
    let count = ModuleShape(of: module).functions
    if count > functions {
      return "it has \(count) functions, of at most \(functions)"
    }
    return nil
  }
}
