import CWasmtime

/// One import of a module: what it needs from its host.
struct Import: Sendable {
  enum Kind: Sendable, Equatable {
    case function(parameters: [ValueType], results: [ValueType])
    case global, table, memory, other
  }

  let module: String
  let name: String
  let kind: Kind

  static func all(of module: OpaquePointer) -> [Import] {
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

  static func signature(_ parameters: [ValueType], _ results: [ValueType]) -> String {
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

enum ValueType: UInt8, Sendable {
  case i32, i64, f32, f64, other

  init(kind: UInt8) { self = ValueType(rawValue: kind) ?? .other }
}
