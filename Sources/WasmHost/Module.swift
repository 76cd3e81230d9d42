import CWasmtime

/// A compiled module: shared by all instances, on any thread.
public final class Module: Sendable {
  let engine: Engine
  let handle: EngineObject
  let imports: [Import]

  /// Takes ownership of the engine's object.
  private init(_ pointer: OpaquePointer, engine: Engine) {
    self.engine = engine
    handle = EngineObject(pointer, delete: wasmtime_module_delete)
    imports = Import.all(of: pointer)
  }

  /// Compiles a module, which takes tens of milliseconds.
  ///
  /// - Parameter path: for messages.
  /// - Throws: `notAModule`, `excessive`.
  public convenience init(
    compiling bytes: UnsafeRawBufferPointer, path: String, engine: Engine
  ) throws(HostError) {
    try Module.checkPreamble(bytes, path: path)
    if let excess = ModuleLimits.excess(of: bytes) { throw .excessive(path: path, reason: excess) }
    var pointer: OpaquePointer?
    let error = wasmtime_module_new(
      engine.handle.pointer, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &pointer)
    if let error {
      let reason = String(consumingError: error)
      if let resource = Engine.missingResource { throw .shortage(of: resource, reason: reason) }
      throw .notAModule(path: path, reason: reason)
    }
    guard let pointer else { throw .engine("returned no module") }
    self.init(pointer, engine: engine)
  }

  /// Loads what `serialized` gave. The bytes become code, unchecked: they must come from a place
  /// that only we can write.
  convenience init?(deserializing bytes: UnsafeRawBufferPointer, engine: Engine) {
    var pointer: OpaquePointer?
    let error = wasmtime_module_deserialize(
      engine.handle.pointer, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &pointer)
    if let error { wasmtime_error_delete(error) }
    guard let pointer else { return nil }
    self.init(pointer, engine: engine)
  }

  /// Passes the compiled code to `body`; nil when the engine cannot give it.
  func withSerialized<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R? {
    var bytes = wasm_byte_vec_t()
    if let error = wasmtime_module_serialize(handle.pointer, &bytes) {
      wasmtime_error_delete(error)
      return nil
    }
    defer { wasm_byte_vec_delete(&bytes) }
    return body(UnsafeRawBufferPointer(bytes.bytes))
  }

  /// The engine would say it too, but of a component, an object file and a text alike: "magic
  /// header not detected".
  static func checkPreamble(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(HostError) {
    if bytes.isEmpty { throw .notAModule(path: path, reason: "the file is empty") }
    guard bytes.starts(with: [0x00, 0x61, 0x73, 0x6d]) else {
      throw .notAModule(path: path, reason: "it does not begin with the magic number '\\0asm'")
    }
    guard bytes.count >= 8 else { throw .notAModule(path: path, reason: "the file is truncated") }
    if bytes[4..<8].elementsEqual([0x0d, 0x00, 0x01, 0x00]) {
      throw .notAModule(path: path, reason: "it is a component; only core modules can be run")
    }
    guard bytes[4..<8].elementsEqual([0x01, 0x00, 0x00, 0x00]) else {
      throw .notAModule(path: path, reason: "its version is not 1")
    }
  }
}

/// Something that a module wants from its host.
struct Import: Sendable {
  enum Kind: Sendable, Equatable {
    case function(parameters: [ValueType], results: [ValueType])
    case global, table, memory, other
  }

  let module: String
  let name: String
  let kind: Kind

  fileprivate static func all(of module: OpaquePointer) -> [Import] {
    var vector = wasm_importtype_vec_t()
    wasmtime_module_imports(module, &vector)
    defer { wasm_importtype_vec_delete(&vector) }
    return (0..<vector.size).compactMap { place in vector.data[place].flatMap(Import.init) }
  }

  private init?(_ type: OpaquePointer) {
    guard let module = wasm_importtype_module(type), let name = wasm_importtype_name(type),
      let external = wasm_importtype_type(type)
    else { return nil }
    self.module = String(decoding: module.pointee.bytes, as: UTF8.self)
    self.name = String(decoding: name.pointee.bytes, as: UTF8.self)
    kind = Kind(external)
  }

  func isSatisfied(by function: HostFunction) -> Bool {
    module == HostFunction.module && name == function.name
      && kind == .function(parameters: function.parameters, results: function.results)
  }

  /// Why no host function satisfies it.
  var refusal: HostError {
    let isNameKnown =
      module == HostFunction.module && HostFunction.all.contains { $0.name == name }
    let reason =
      switch kind {
      case .function(let parameters, let results) where isNameKnown:
        "but this host offers it with another type than "
          + Import.signature(parameters, results)
      case .function: "which this host does not offer"
      case .global: "a global, but this host offers functions only"
      case .table: "a table, but this host offers functions only"
      case .memory: "a memory, but this host offers functions only"
      case .other: "but this host offers functions only"
      }
    return .unsupportedImport(module: module, name: name, reason: reason)
  }

  fileprivate static func signature(_ parameters: [ValueType], _ results: [ValueType]) -> String {
    func list(_ types: [ValueType]) -> String {
      "(\(types.map { "\($0)" }.joined(separator: ", ")))"
    }
    return "\(list(parameters)) -> \(list(results))"
  }
}

extension Import.Kind: CustomStringConvertible {
  init(_ type: OpaquePointer) {
    switch Int32(wasm_externtype_kind(type)) {
    case WASM_EXTERN_FUNC:
      let function = wasm_externtype_as_functype_const(type)
      self = .function(
        parameters: Import.Kind.types(wasm_functype_params(function)),
        results: Import.Kind.types(wasm_functype_results(function)))
    case WASM_EXTERN_GLOBAL: self = .global
    case WASM_EXTERN_TABLE: self = .table
    case WASM_EXTERN_MEMORY: self = .memory
    default: self = .other
    }
  }

  private static func types(_ vector: UnsafePointer<wasm_valtype_vec_t>?) -> [ValueType] {
    guard let vector else { return [] }
    return (0..<vector.pointee.size).map { place in
      ValueType(kind: wasm_valtype_kind(vector.pointee.data[place]))
    }
  }

  var description: String {
    switch self {
    case .function(let parameters, let results):
      "function \(Import.signature(parameters, results))"
    case .global: "global"
    case .table: "table"
    case .memory: "memory"
    case .other: "something else"
    }
  }
}
