import Glibc

/// A directory whose content only this user, or root, can have written: not even by renaming one of
/// the directories that it lies in.
enum PrivateDirectory {
  /// `$NAME/wasm-serve` for a variable of the XDG base directory specification, or the same below the
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

  /// Makes the directory when it is missing (0700).
  ///
  /// - Returns: why it cannot be trusted or made; nil when it is ours alone.
  static func make(_ directory: String) -> String? {
    if mkdir(directory, 0o700) != 0, errno == ENOENT {
      // The parents are the user's own (~/.cache): made as usual.
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
    guard status.st_mode & 0o022 == 0 else { return "others may write to it" }
    return distrustOfParents(of: directory)
  }

  /// In a directory that others may write to, they may put another one in the place of ours, unless
  /// its owners are protected from each other (the sticky bit, as /tmp has it).
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
        return "others may write to '\(parent)'"
      }
    }
    return nil
  }
}
