import Glibc
import Logging

/// Compiled modules on disk, so that a start does not compile.
///
/// Compiled code is run without further checks. So an entry ends with an authentication code that only this user's
/// key can have made (`CacheKey`), and only this user or root can write to the directory. An entry is found by a
/// hash and *verified by comparing the module's bytes*, all of which it holds: a collision costs a compilation and
/// can never run another module's code.
public struct ModuleCache: Sendable {
  public let directory: String
  private let key: CacheKey

  /// Creates the directories (0700) and the key when they are missing.
  ///
  /// - Parameter keyDirectory: where the key is; nil when the user has no such directory.
  /// - Returns: nil, with a warning, for a directory that cannot be trusted or made, and without a key.
  public init?(directory: String, keyDirectory: String?, logger: Logger) {
    var reason = PrivateDirectory.make(directory)
    var key: CacheKey?
    if reason == nil {
      if let keyDirectory {
        do throws(CacheKey.Refusal) {
          key = try CacheKey.load(from: keyDirectory)
        } catch {
          reason = error.reason
        }
      } else {
        reason = "there is no directory for its key: neither HOME nor XDG_STATE_HOME is set"
      }
    }
    guard let key else {
      logger.warning(
        "no module cache",
        metadata: ["directory": "\(directory)", "reason": "\(reason ?? "unknown")"])
      return nil
    }
    self.directory = directory
    self.key = key
  }

  /// `$XDG_CACHE_HOME/wasm-serve`, or `~/.cache/wasm-serve`; nil without a home.
  public static var defaultDirectory: String? {
    PrivateDirectory.path(variable: "XDG_CACHE_HOME", inHome: ".cache")
  }

  /// The compiled module of an entry; nil when the entry is missing, damaged, another user's or of another engine.
  func load(_ module: UnsafeRawBufferPointer, engine: Engine) -> Module? {
    let path = path(for: module)
    guard let file = try? FileContent(path: path),
      file.status.st_uid == geteuid(), file.status.st_mode & 0o022 == 0
    else { return nil }
    let loaded = file.withBytes { bytes -> Module? in
      guard let entry = verified(bytes),
        let code = ModuleCacheEntry.code(in: entry, for: module, isAuthentic: true)
      else { return nil }
      return Module(deserializing: code, engine: engine)
    }
    // The time of the last use: `prune` removes the oldest first.
    if loaded != nil { utimensat(AT_FDCWD, path, nil, 0) }
    return loaded
  }

  /// A file's content before its authentication code; nil when the code is wrong.
  private func verified(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard bytes.count > CacheKey.size else { return nil }
    let end = bytes.count - CacheKey.size
    let entry = UnsafeRawBufferPointer(rebasing: bytes[..<end])
    // Without a branch on a single octet: the time must not tell how many octets are right.
    let difference = zip(key.code(of: entry), bytes[end...]).reduce(0) { $0 | $1.0 ^ $1.1 }
    return difference == 0 ? entry : nil
  }

  /// Writes or replaces an entry, atomically. After a failure only the next start is slower.
  func store(_ compiled: Module, for module: UnsafeRawBufferPointer) {
    let path = path(for: module)
    try? ModuleCacheEntry.write(compiled, for: module, to: path, mode: 0o600, key: key)
    prune()
  }

  /// How many entries are kept. The least recently used are removed first.
  static let mostEntries = 64
  /// How many octets all entries together may have.
  static let mostBytes = 1 << 30
  /// After this many seconds a temporary file is one whose writer was killed.
  private static let writing = 3600

  /// Removes entries beyond the limits. A process that is reading one keeps its open file.
  private func prune() {
    guard let folder = opendir(directory) else { return }
    defer { closedir(folder) }
    var entries: [(path: String, size: Int, used: Int)] = []
    let now = time(nil)
    while let item = readdir(folder) {
      let name = withUnsafeBytes(of: item.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let isWhole = ModuleCache.isEntry(name) else { continue }
      let path = "\(directory)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      if isWhole {
        entries.append((path, Int(status.st_size), status.st_mtim.tv_sec))
      } else if now - status.st_mtim.tv_sec > ModuleCache.writing {
        unlink(path)
      }
    }
    var (count, size) = (0, 0)
    for entry in entries.sorted(by: { $0.used > $1.used }) {
      count += 1
      size += entry.size
      if count > ModuleCache.mostEntries || size > ModuleCache.mostBytes { unlink(entry.path) }
    }
  }

  /// Whether a name is that of an entry (true) or of a temporary file (false); nil for any other file.
  private static func isEntry(_ name: String) -> Bool? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, parts[1] == "module", parts[0].utf8.count == 16,
      parts[0].allSatisfy({ $0.isHexDigit })
    else { return nil }
    return parts.count == 2 ? true : parts[2].utf8.count == 6 ? false : nil
  }

  /// The path of a module's entry, by hashes of the module and of how it is compiled.
  func path(for module: UnsafeRawBufferPointer) -> String {
    let settings = Array(Engine.fingerprint.utf8).withUnsafeBytes(fnv1a)
    let digits = String(fnv1a(module) ^ settings, radix: 16)
    return "\(directory)/\(String(repeating: "0", count: 16 - digits.count))\(digits).module"
  }
}
