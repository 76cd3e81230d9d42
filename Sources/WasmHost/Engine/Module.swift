import CWasmtime

/// A compiled module, which all instances share, on any thread.
public final class Module: Sendable {
  let engine: Engine
  let handle: EngineObject
  let imports: [Import]
  /// The module's shape; nil for a module that was loaded as compiled code.
  let shape: ModuleShape?

  /// Takes ownership of the engine's object.
  private init(_ pointer: OpaquePointer, engine: Engine, shape: ModuleShape? = nil) {
    self.engine = engine
    self.shape = shape
    handle = EngineObject(pointer, delete: wasmtime_module_delete)
    imports = Import.all(of: pointer)
  }

  /// Compiles a module, which takes tens of milliseconds.
  ///
  /// - Parameter path: the file's name, for messages.
  /// - Throws: `notAModule`, `excessive`.
  public convenience init(
    compiling bytes: UnsafeRawBufferPointer, path: String, engine: Engine
  ) throws(HostError) {
    try Module.checkPreamble(bytes, path: path)
    let shape: ModuleShape
    do throws(ModuleLimits.Excess) {
      shape = try ModuleLimits.shape(of: bytes)
    } catch {
      throw .excessive(path: path, reason: error.reason)
    }
    var pointer: OpaquePointer?
    func compile(_ bytes: UnsafeRawBufferPointer) -> OpaquePointer? {
      wasmtime_module_new(
        engine.handle.pointer, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &pointer)
    }
    let error =
      if let stripped = ModuleNames.stripped(bytes) {
        stripped.withUnsafeBytes(compile)
      } else {
        compile(bytes)
      }
    if let error {
      let reason = String(consumingError: error)
      if let resource = Engine.missingResource { throw .shortage(of: resource, reason: reason) }
      throw .notAModule(path: path, reason: reason)
    }
    guard let pointer else { throw .engine("returned no module") }
    self.init(pointer, engine: engine, shape: shape)
  }

  /// Loads what `withSerialized` gave; nil when the engine refuses it.
  ///
  /// The bytes become native code without a check, so they must come from a place that only this user can write to.
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

  /// Checks a file's first octets, for messages that say what the file is. The engine would say "magic header not
  /// detected" of an object file and of a text alike.
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
