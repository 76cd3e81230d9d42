import CWasmtime

@testable import WasmHost

struct TestFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// The binary form of a module in text form.
func assemble(_ text: String) throws -> [UInt8] {
  var bytes = wasm_byte_vec_t()
  if let error = wasmtime_wat2wasm(text, text.utf8.count, &bytes) {
    throw TestFailure(String(consumingError: error))
  }
  defer { wasm_byte_vec_delete(&bytes) }
  return Array(UnsafeBufferPointer(start: bytes.data, count: bytes.size))
}

/// One engine for all tests, as in the command.
private let sharedEngine = Result { try Engine() }

func engine() throws -> Engine { try sharedEngine.get() }

func compile(_ text: String) throws -> Module {
  try assemble(text).withUnsafeBytes { bytes in
    try Module(compiling: bytes, path: "test.wasm", engine: engine())
  }
}

/// A module that exports each host function under its own name, called by the module itself. i64
/// parameters are taken as i32; the three-parameter accept is `sock_accept_3`.
let everyFunction: String = {
  var imports = ""
  var exports = ""
  for function in HostFunction.preview1 {
    let isStandardAccept = function.name == "sock_accept" && function.parameters.count == 3
    let name = isStandardAccept ? "sock_accept_3" : function.name
    let types = function.parameterTypes.map { "\($0)" }.joined(separator: " ")
    let parameters = types.isEmpty ? "" : "(param \(types))"
    let result = !function.hasResult ? "" : "(result i32)"
    let taken = function.parameters.map { _ in "i32" }.joined(separator: " ")
    let arguments = function.parameterTypes.enumerated().map { place, type in
      type == .i64 ? "(i64.extend_i32_u (local.get \(place)))" : "(local.get \(place))"
    }.joined(separator: " ")
    imports += """
      (import "wasi_snapshot_preview1" "\(function.name)" (func $\(name) \(parameters) \(result)))\n
      """
    exports += """
      (func (export "\(name)") \(taken.isEmpty ? "" : "(param \(taken))") \(result)
        (call $\(name) \(arguments)))\n
      """
  }
  return """
    (module
      \(imports)
      (memory (export "memory") 16)
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      \(exports))
    """
}()
