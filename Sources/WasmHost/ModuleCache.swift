import Glibc
import Logging

/// Compiled modules on disk, so that a start does not compile.
///
/// Compiled code is run as it is, so the directory must be one that nobody else can write to;
/// otherwise there is no cache. An entry is found by a hash and *verified by comparing the module's
/// bytes*, all of which it holds: a collision costs a compilation and can never run another
/// module's code.
public struct ModuleCache: Sendable {
  public let directory: String

  /// Makes the directory when it is missing (0700).
  ///
  /// - Returns: nil, with a warning, for a directory that cannot be trusted or made.
  public init?(directory: String, logger: Logger) {
    if let reason = ModuleCache.makeTrusted(directory) {
      logger.warning(
        "no module cache", metadata: ["directory": "\(directory)", "reason": "\(reason)"])
      return nil
    }
    self.directory = directory
  }

  /// `$XDG_CACHE_HOME/wasm-serve`, or `~/.cache/wasm-serve`; nil without a home.
  public static var defaultDirectory: String? {
    func variable(_ name: String) -> String? {
      getenv(name).flatMap { String(validatingCString: $0) }.flatMap {
        $0.hasPrefix("/") ? $0 : nil
      }
    }
    if let cache = variable("XDG_CACHE_HOME") { return cache + "/wasm-serve" }
    return variable("HOME").map { $0 + "/.cache/wasm-serve" }
  }

  /// Nil when there is no usable entry: a missing, damaged or foreign one, or one of another
  /// engine.
  func load(_ module: UnsafeRawBufferPointer, engine: Engine) -> Module? {
    guard let file = try? FileContent(path: path(for: module, engine: engine)),
      file.status.st_uid == geteuid(), file.status.st_mode & 0o022 == 0
    else { return nil }
    let loaded = file.withBytes { entry in
      ModuleCacheEntry.code(in: entry, for: module, engine: engine).flatMap { code in
        Module(deserializing: code, engine: engine)
      }
    }
    // Used just now: the last to go.
    if loaded != nil { utimensat(AT_FDCWD, path(for: module, engine: engine), nil, 0) }
    return loaded
  }

  /// Writes an entry, or replaces one, in one step. A failure is only a slower next start.
  func store(_ compiled: Module, for module: UnsafeRawBufferPointer) {
    let path = path(for: module, engine: compiled.engine)
    try? ModuleCacheEntry.write(compiled, for: module, to: path, mode: 0o600)
    prune()
  }

  /// So many entries are kept, and so many bytes of them; those go that were not used for longest.
  static let mostEntries = 64
  static let mostBytes = 1 << 30
  /// A file that a writer was killed over is not being written any more after so many seconds.
  private static let writing = 3600

  /// Removes what is over the limits. A process that uses an entry just now has it mapped: for it, it stays whole.
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

  /// Whether a name is an entry's (true), or that of one that is being written (false); nil for any
  /// other file.
  private static func isEntry(_ name: String) -> Bool? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, parts[1] == "module", parts[0].utf8.count == 16,
      parts[0].allSatisfy({ $0.isHexDigit })
    else { return nil }
    return parts.count == 2 ? true : parts[2].utf8.count == 6 ? false : nil
  }

  /// Named for the module and for how it is compiled.
  func path(for module: UnsafeRawBufferPointer, engine: Engine) -> String {
    let settings = Array(engine.fingerprint.utf8).withUnsafeBytes(fnv1a)
    let digits = String(fnv1a(module) ^ settings, radix: 16)
    return "\(directory)/\(String(repeating: "0", count: 16 - digits.count))\(digits).module"
  }

  /// Says what is wrong with the directory, nil when it is ours alone.
  private static func makeTrusted(_ directory: String) -> String? {
    if mkdir(directory, 0o700) != 0, errno == ENOENT {
      // The parents are the user's own (~/.cache): made as usual.
      var end = directory.startIndex
      while let slash = directory[end...].dropFirst().firstIndex(of: "/") {
        mkdir(String(directory[..<slash]), 0o700)
        end = slash
      }
      mkdir(directory, 0o700)
    }
    var status = stat()
    guard lstat(directory, &status) == 0 else { return describe(error: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else { return "it is not a directory" }
    guard status.st_uid == geteuid() else { return "it belongs to another user" }
    guard status.st_mode & 0o022 == 0 else { return "others may write to it" }
    return nil
  }
}

/// FNV-1a over 64-bit words, the last one padded with zeros: eight times as fast as over bytes.
func fnv1a(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  let words = bytes.count / 8
  for word in 0..<words {
    hash =
      (hash ^ bytes.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)) &* 0x100_0000_01b3
    // A product carries upwards only; this lets a word's high bits reach the low ones.
    hash ^= hash >> 32
  }
  var last: UInt64 = 0
  for byte in bytes[(words * 8)...].reversed() { last = last << 8 | UInt64(byte) }
  return (hash ^ last ^ UInt64(bytes.count)) &* 0x100_0000_01b3
}
