/// Where a module's code came from.
public enum CacheResult: String, Sendable {
  case hit, miss, off
}

extension Module {
  /// Reads a module file and makes it runnable, from the cache if there is one.
  ///
  /// - Throws: `unreadable`, `notAModule`.
  public static func load(
    path: String, engine: Engine, cache: ModuleCache?
  ) throws(HostError) -> (Module, CacheResult) {
    let file: MappedFile
    do throws(SystemError) {
      file = try MappedFile(path: path)
    } catch {
      throw .unreadable(path: path, reason: error.description)
    }
    return try file.withBytes { (bytes) throws(HostError) in
      try checkPreamble(bytes, path: path)
      guard let cache else {
        return (try Module(compiling: bytes, path: path, engine: engine), .off)
      }
      if let module = cache.load(bytes, engine: engine) { return (module, .hit) }
      let module = try Module(compiling: bytes, path: path, engine: engine)
      cache.store(module, for: bytes)
      return (module, .miss)
    }
  }
}
