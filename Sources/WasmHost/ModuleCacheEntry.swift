import CWasmtime

/// The format of one cache entry: a header of fixed size, the module's bytes, the compiled code.
enum ModuleCacheEntry {
  /// All fields are the host's own integers: an entry never leaves the machine that wrote it.
  private enum Field {
    static let magic = 0, format = 8, moduleSize = 16, codeSize = 24, codeHash = 32, settings = 40
    static let end = 168
  }

  private static let magic: UInt64 = 0x6d6f_6475_6c65_2e31  // "module.1"
  private static let format: UInt64 = 1
  /// The engine's release and settings, zero-padded. The engine itself checks the machine's
  /// features besides.
  private static func settings(of engine: Engine) -> [UInt8] {
    let text = Array("wasmtime \(WASMTIME_VERSION);\(engine.fingerprint)".utf8)
      .prefix(Field.end - Field.settings)
    return text + Array(repeating: 0, count: Field.end - Field.settings - text.count)
  }

  static func header(
    module: UnsafeRawBufferPointer, code: UnsafeRawBufferPointer, engine: Engine
  ) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: Field.settings) + settings(of: engine)
    header.withUnsafeMutableBytes { bytes in
      bytes.storeBytes(of: magic, toByteOffset: Field.magic, as: UInt64.self)
      bytes.storeBytes(of: format, toByteOffset: Field.format, as: UInt64.self)
      bytes.storeBytes(of: UInt64(module.count), toByteOffset: Field.moduleSize, as: UInt64.self)
      bytes.storeBytes(of: UInt64(code.count), toByteOffset: Field.codeSize, as: UInt64.self)
      bytes.storeBytes(of: fnv1a(code), toByteOffset: Field.codeHash, as: UInt64.self)
    }
    return header
  }

  /// The compiled code of an entry that is whole, of this engine and of this very module.
  static func code(
    in entry: UnsafeRawBufferPointer, for module: UnsafeRawBufferPointer, engine: Engine
  ) -> UnsafeRawBufferPointer? {
    guard entry.count > Field.end else { return nil }
    func field(_ offset: Int) -> UInt64 { entry.load(fromByteOffset: offset, as: UInt64.self) }
    guard field(Field.magic) == magic, field(Field.format) == format,
      field(Field.moduleSize) == UInt64(module.count),
      entry.count - Field.end >= module.count,
      field(Field.codeSize) == UInt64(entry.count - Field.end - module.count),
      entry[Field.settings..<Field.end].elementsEqual(settings(of: engine))
    else { return nil }
    let copy = UnsafeRawBufferPointer(rebasing: entry[Field.end..<(Field.end + module.count)])
    let code = UnsafeRawBufferPointer(rebasing: entry[(Field.end + module.count)...])
    guard isEqual(copy, module), field(Field.codeHash) == fnv1a(code) else { return nil }
    return code
  }
}
