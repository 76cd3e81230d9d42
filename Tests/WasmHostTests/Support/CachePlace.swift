import Logging
import Testing

@testable import WasmHost

/// A module file, a cache and the directory of its key.
struct CachePlace {
  let directory: TemporaryDirectory
  let file: String
  var cacheDirectory: String { directory.path + "/a/b/cache" }
  var keyDirectory: String { directory.path + "/state" }

  init(_ content: [UInt8]) throws {
    directory = try TemporaryDirectory()
    file = try directory.write(content, "m.wasm")
  }

  /// Replaces a file.
  func write(_ content: [UInt8], to file: String) throws {
    try directory.write(content, String(file.dropFirst(directory.path.count + 1)))
  }

  /// - Parameter keyDirectory: another one than the place's.
  func makeCache(keyDirectory: String? = nil) -> ModuleCache? {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return ModuleCache(
      directory: cacheDirectory, keyDirectory: keyDirectory ?? self.keyDirectory, logger: logger)
  }

  func load() throws -> CacheResult {
    let cache = try #require(makeCache())
    return try Module.load(path: file, engine: engine(), cache: cache).origin.result
  }

  /// The one entry.
  func entry() throws -> String {
    let cache = try #require(makeCache())
    return try FileContent(path: file).withBytes { cache.path(for: $0) }
  }

  func read(_ path: String) throws -> [UInt8] {
    try FileContent(path: path).withBytes { Array($0) }
  }
}
