import Glibc

/// A directory in which only this user or root can have written, also by renaming a directory on its path.
enum PrivateDirectory {
  /// The path `$NAME/wasm-serve` by a variable of the XDG base directory specification, or the same below the
  /// user's home; nil without a home.
  static func path(variable name: String, inHome folder: String) -> String? {
    func variable(_ name: String) -> String? {
      getenv(name).flatMap { String(validatingCString: $0) }.flatMap {
        $0.hasPrefix("/") ? $0 : nil
      }
    }
    if let base = variable(name) { return base + "/wasm-serve" }
    return variable("HOME").map { "\($0)/\(folder)/wasm-serve" }
  }

  /// Creates the directory (0700) when it is missing.
  ///
  /// - Returns: why the directory cannot be created or trusted; nil when it is private.
  static func make(_ directory: String) -> String? {
    if mkdir(directory, 0o700) != 0, errno == ENOENT {
      // The parents are ordinary directories of the user (~/.cache).
      var end = directory.startIndex
      while let slash = directory[end...].dropFirst().firstIndex(of: "/") {
        mkdir(String(directory[..<slash]), 0o700)
        end = slash
      }
      mkdir(directory, 0o700)
    }
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      return errno == ENOTDIR || errno == ELOOP
        ? "it is not a directory" : describe(error: errno)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return describe(error: errno) }
    guard status.st_uid == geteuid() else { return "it belongs to another user" }
    guard status.st_mode & 0o022 == 0 else { return "other users may write to it" }
    return distrustOfParents(of: directory)
  }

  /// Why the path to a directory cannot be trusted. Users who may write to a parent could replace the directory,
  /// unless the sticky bit protects its owner's files (as in /tmp).
  private static func distrustOfParents(of directory: String) -> String? {
    guard let resolved = realpath(directory, nil) else { return describe(error: errno) }
    defer { free(resolved) }
    var parent = String(cString: resolved)[...]
    while let slash = parent.lastIndex(of: "/"), parent != "/" {
      parent = slash == parent.startIndex ? "/" : parent[..<slash]
      var status = stat()
      guard lstat(String(parent), &status) == 0 else { return describe(error: errno) }
      if status.st_uid != 0, status.st_uid != geteuid() {
        return "'\(parent)' belongs to another user"
      }
      if status.st_mode & 0o022 != 0, status.st_mode & S_ISVTX == 0 {
        return "other users may write to '\(parent)'"
      }
    }
    return nil
  }
}
