import CWasmtime
import Glibc

/// The format of one cache entry: a header of fixed size, the module's bytes, the compiled code.
enum ModuleCacheEntry {
  /// All fields are the host's own integers: an entry never leaves the machine that wrote it.
  private enum Field {
    static let magic = 0, format = 8, moduleSize = 16, codeSize = 24, moduleHash = 32
    static let codeHash = 40, settings = 48, end = 304
  }

  private static let magic: UInt64 = 0x6d6f_6475_6c65_2e31  // "module.1"
  private static let format: UInt64 = 4
  /// The engine's release and settings, zero-padded. The engine itself checks the processor's features.
  private static var settings: [UInt8] {
    let text = Array("wasmtime \(WASMTIME_VERSION);\(Engine.fingerprint)".utf8)
      .prefix(Field.end - Field.settings)
    return text + Array(repeating: 0, count: Field.end - Field.settings - text.count)
  }

  static func header(
    module: UnsafeRawBufferPointer, code: UnsafeRawBufferPointer
  ) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: Field.settings) + settings
    header.withUnsafeMutableBytes { bytes in
      bytes.storeBytes(of: magic, toByteOffset: Field.magic, as: UInt64.self)
      bytes.storeBytes(of: format, toByteOffset: Field.format, as: UInt64.self)
      bytes.storeBytes(of: UInt64(module.count), toByteOffset: Field.moduleSize, as: UInt64.self)
      bytes.storeBytes(of: UInt64(code.count), toByteOffset: Field.codeSize, as: UInt64.self)
      bytes.storeBytes(of: fnv1a(module), toByteOffset: Field.moduleHash, as: UInt64.self)
      bytes.storeBytes(of: fnv1a(code), toByteOffset: Field.codeHash, as: UInt64.self)
    }
    return header
  }

  /// The compiled code of an entry; nil unless the entry is undamaged, of this engine and of this very module.
  ///
  /// - Parameter isAuthentic: whether an authentication code has shown already that it is undamaged.
  static func code(
    in entry: UnsafeRawBufferPointer, for module: UnsafeRawBufferPointer, isAuthentic: Bool = false
  ) -> UnsafeRawBufferPointer? {
    guard isForThisEngine(entry), let (copy, code) = parts(of: entry), isEqual(copy, module),
      isAuthentic || field(Field.codeHash, of: entry) == fnv1a(code)
    else { return nil }
    return code
  }

  // MARK: Entries that are modules themselves (`wasm-serve compile`)

  static func isEntry(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= Field.format && field(Field.magic, of: bytes) == magic
  }

  /// The module of an entry; nil for one that is damaged.
  static func module(in entry: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard let module = parts(of: entry)?.module,
      field(Field.moduleHash, of: entry) == fnv1a(module)
    else { return nil }
    return module
  }

  /// Whether the code is of this engine's release and settings.
  static func isForThisEngine(_ entry: UnsafeRawBufferPointer) -> Bool {
    entry.count > Field.end
      && entry[Field.settings..<Field.end].elementsEqual(settings)
  }

  /// Writes or replaces an entry, atomically.
  ///
  /// - Parameter key: makes the authentication code at the end; nil for an entry without one.
  static func write(
    _ compiled: Module, for module: UnsafeRawBufferPointer, to path: String, mode: mode_t,
    key: CacheKey? = nil
  ) throws(SystemError) {
    var temporary = "\(path).XXXXXX".utf8CString.map { $0 }
    let number: Int32? = compiled.withSerialized { code in
      let descriptor = mkstemp(&temporary)
      guard descriptor >= 0 else { return errno }
      defer { close(descriptor) }
      let isWritten =
        (header(module: module, code: code) + module + code).withUnsafeBytes { entry in
          let proof = key?.code(of: entry) ?? []
          return writeAll(entry, to: descriptor)
            && proof.withUnsafeBytes { writeAll($0, to: descriptor) }
        }
        && fchmod(descriptor, mode) == 0 && rename(temporary, path) == 0
      if isWritten { return 0 }
      let number = errno
      unlink(temporary)
      return number
    }
    if let number, number != 0 { throw SystemError(number: number) }
    if number == nil { throw SystemError(number: ENOMEM) }
  }

  private static func field(_ offset: Int, of entry: UnsafeRawBufferPointer) -> UInt64 {
    entry.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  private static func parts(
    of entry: UnsafeRawBufferPointer
  ) -> (module: UnsafeRawBufferPointer, code: UnsafeRawBufferPointer)? {
    guard entry.count > Field.end, isEntry(entry), field(Field.format, of: entry) == format,
      let size = Int(exactly: field(Field.moduleSize, of: entry)), size <= entry.count - Field.end,
      field(Field.codeSize, of: entry) == UInt64(entry.count - Field.end - size)
    else { return nil }
    return (
      UnsafeRawBufferPointer(rebasing: entry[Field.end..<(Field.end + size)]),
      UnsafeRawBufferPointer(rebasing: entry[(Field.end + size)...])
    )
  }
}

private func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = Glibc.write(
      descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return false }
    rest = rest.dropFirst(count)
  }
  return true
}
