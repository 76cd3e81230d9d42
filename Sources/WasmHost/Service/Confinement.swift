import CLinux
import Glibc

/// The rights that this process has given up for good: the second wall, behind the engine's.
///
/// A guest that breaks out of the engine finds a process that starts no programs, opens no files but the
/// module's and the cache's, and can make only the system calls that a server needs.
///
/// Confine the process after everything has been read that is read once, and before there are threads: the rules
/// for files apply to the thread that sets them and to those that it starts.
public struct Confinement: Sendable {
  public enum Part: String, Sendable {
    /// System calls are limited to those that a server needs (CLinux/confine.h has the list).
    case seccomp
    /// Files are limited to those of `Needs`.
    case landlock
    /// Programs that are started get no more privileges, as they would with sudo.
    case noNewPrivileges = "no_new_privs"
  }

  /// What stays possible.
  public struct Needs: Sendable {
    /// Files that are read again later, or the ones that have replaced them.
    public var files: [String] = []
    /// Directories in which files are written, replaced and removed.
    public var directories: [String] = []
    /// What guests may connect to. Names can be looked up only if some grants are names, and connections made
    /// only if there are grants.
    public var connectGrants = ConnectGrants.none
    /// The service manager's UNIX socket, nil without one. A leading `@` means an abstract name.
    public var managerSocket: String?

    public init() {}
  }

  /// The parts that are in force.
  public private(set) var parts: [Part] = []
  /// The parts that failed although the kernel has them, with the reason.
  public private(set) var failures: [String] = []

  public static let none = Confinement()

  private init() {}

  /// Confines the process, as far as the kernel can.
  public init(_ needs: Needs) {
    // First, since a process without privileges may do the others only after it.
    note(.noNewPrivileges, confine_privileges())
    note(.seccomp, confine_system_calls(Confinement.families(needs)))
    do throws(SystemError) {
      try Confinement.enter(FileRules(needs))
      note(.landlock, 0)
    } catch {
      errno = error.number
      note(.landlock, -1)
    }
  }

  /// Notes the result of a system call.
  private mutating func note(_ part: Part, _ result: Int32) {
    if result == 0 { return parts.append(part) }
    // A kernel that is too old, or was built without this part, is no failure.
    guard ![ENOSYS, EOPNOTSUPP, EINVAL].contains(errno) else { return }
    failures.append("\(part.rawValue): \(describe(error: errno))")
  }

  private static func families(_ needs: Needs) -> Int32 {
    let lookups = needs.connectGrants.haveNames
    // Name services other than DNS use UNIX sockets.
    let unix = lookups || needs.managerSocket != nil ? CONFINE_ALLOWS_UNIX : 0
    return Int32(unix) | (lookups ? Int32(CONFINE_ALLOWS_ROUTES) : 0)
  }

  private static func enter(_ rules: FileRules) throws(SystemError) {
    let version = confine_landlock_version()
    guard version > 0 else { throw .last }
    var handled = confine_handled()
    handled.files = confine_known_rights(version)
    if version >= 4, !rules.needs.connectGrants.haveAny { handled.network = 2 }
    if version >= 6 {
      let isAbstract = rules.needs.managerSocket?.hasPrefix("@") ?? false
      handled.scopes = isAbstract ? 2 : 3
    }
    let descriptor = confine_rules(handled)
    guard descriptor >= 0 else { throw .last }
    defer { close(descriptor) }
    for (path, rights) in rules.all {
      rules.allow(path, rights & handled.files, in: descriptor)
    }
    guard confine_files(descriptor) == 0 else { throw .last }
  }
}

extension Confinement: CustomStringConvertible {
  /// The parts, for the log.
  public var description: String {
    parts.isEmpty ? "no" : parts.map(\.rawValue).joined(separator: ",")
  }
}

/// The files that stay accessible, and the rights to them.
private struct FileRules {
  let needs: Confinement.Needs

  init(_ needs: Confinement.Needs) { self.needs = needs }

  private static let reading = CONFINE_READ_FILE
  private static let writing =
    CONFINE_READ_FILE | CONFINE_READ_DIR | CONFINE_WRITE_FILE | CONFINE_TRUNCATE
    | CONFINE_MAKE_REG | CONFINE_REMOVE_FILE

  var all: [(path: String, rights: UInt64)] {
    var all: [(String, UInt64)] = [
      // The engine opens it to tell a shortage of descriptors from other errors.
      ("/dev/null", FileRules.reading | CONFINE_WRITE_FILE),
      // The C library reads it before it returns memory to the system.
      ("/proc/sys/vm/overcommit_memory", FileRules.reading),
    ]
    // The file itself is listed too, since no directory may be listed for it. (A directory in its place must be
    // opened to be refused.)
    all += needs.files.map { ($0, FileRules.reading | CONFINE_READ_DIR) }
    all += needs.files.flatMap(FileRules.directories).map { ($0, FileRules.reading) }
    all += needs.directories.map { ($0, FileRules.writing) }
    if needs.connectGrants.haveNames {
      all += FileRules.ofResolver.map { ($0, FileRules.reading) }
      all += FileRules.directories(of: "/etc/resolv.conf").map { ($0, FileRules.reading) }
    }
    return all
  }

  /// What getaddrinfo(3) reads and loads. The settings are replaced whenever the network changes, so their
  /// directory counts; the modules of nsswitch.conf(5) are libraries.
  private static let ofResolver = [
    "/etc", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib",
  ]

  /// The directories that have a path's file, or can have its replacement: the path's own directory, and those
  /// of links on the way (a `current` that points at another release tomorrow). Never the root, which has
  /// everything. (Links in the root itself belong to the system: they say where /home is, not which release.)
  private static func directories(of path: String) -> Set<String> {
    var directories: Set<String> = []
    if let end = path.lastIndex(of: "/") {
      directories.insert(resolved(path[...end]) ?? "/")
    } else {
      directories.insert(resolved(".") ?? "/")
    }
    let path = path.hasPrefix("/") ? path : "\(resolved(".") ?? "")/\(path)"
    var end = path.startIndex
    while end < path.endIndex {
      end = path[end...].dropFirst().firstIndex(of: "/") ?? path.endIndex
      let isInRoot = path[..<end].lastIndex(of: "/") == path.startIndex
      var status = stat()
      guard !isInRoot, lstat(String(path[..<end]), &status) == 0,
        status.st_mode & S_IFMT == S_IFLNK,
        let target = resolved(path[..<end]), let slash = target.lastIndex(of: "/")
      else { continue }
      directories.insert(String(target[..<slash]))
    }
    return directories.subtracting(["/", ""])
  }

  /// The absolute path without links; nil when there is no such file.
  private static func resolved(_ path: some StringProtocol) -> String? {
    guard let text = realpath(String(path), nil) else { return nil }
    defer { free(text) }
    return String(validatingCString: text)
  }

  /// Adds a rule, unless there is no such file.
  func allow(_ path: String, _ rights: UInt64, in rules: Int32) {
    let file = open(path, O_PATH | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return }
    let isDirectory = status.st_mode & S_IFMT == S_IFDIR
    _ = confine_allow(rules, isDirectory ? rights : rights & confine_file_rights, file)
  }
}

extension ConnectGrants {
  var haveAny: Bool { !grants.isEmpty }
  /// Whether names can be looked up, because some grants are names or `*`.
  var haveNames: Bool {
    grants.contains { grant in
      switch grant.host {
      case .any, .name: true
      case .address: false
      }
    }
  }
}
