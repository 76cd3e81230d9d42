import CLinux
import Glibc

/// What this process has given up for good: the second wall, behind the engine's. A guest that breaks out
/// of the engine finds a process that starts no programs, opens no files but the module's and the
/// cache's, and reaches no more of the kernel than a server needs.
///
/// To be entered once what is read at the start is read, and before there are threads: the rules for
/// files hold for the thread that makes them, and for those that it starts.
public struct Confinement: Sendable {
  public enum Part: String, Sendable {
    /// No system calls that a server does not need (CLinux/confine.h has the list).
    case seccomp
    /// No files besides those of `Needs`.
    case landlock
    /// No program that is started has more privileges, as sudo would.
    case noNewPrivileges = "no_new_privs"
  }

  /// What is to stay possible.
  public struct Needs: Sendable {
    /// Files that are read again later, as those that have taken their place.
    public var files: [String] = []
    /// Directories that have files written, replaced and removed.
    public var directories: [String] = []
    /// Names are looked up when some of these have names, and nothing is connected to without any.
    public var connectGrants = ConnectGrants.none
    /// The UNIX socket that a service manager listens on, nil without; `@` begins an abstract name.
    public var managerSocket: String?

    public init() {}
  }

  /// What holds.
  public private(set) var parts: [Part] = []
  /// What could not be done although the kernel knows it.
  public private(set) var failures: [String] = []

  public static let none = Confinement()

  private init() {}

  /// Enters it, as far as the kernel can.
  public init(_ needs: Needs) {
    // First: a process without privileges may do the others only after it.
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

  /// Notes a system call's result.
  private mutating func note(_ part: Part, _ result: Int32) {
    if result == 0 { return parts.append(part) }
    // An older kernel, or one that was built without it, is no failure.
    guard ![ENOSYS, EOPNOTSUPP, EINVAL].contains(errno) else { return }
    failures.append("\(part.rawValue): \(describe(error: errno))")
  }

  private static func families(_ needs: Needs) -> Int32 {
    let lookups = needs.connectGrants.haveNames
    // Name services other than DNS are asked over UNIX sockets.
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
  /// For the log.
  public var description: String {
    parts.isEmpty ? "no" : parts.map(\.rawValue).joined(separator: ",")
  }
}

/// Which files stay, and for what.
private struct FileRules {
  let needs: Confinement.Needs

  init(_ needs: Confinement.Needs) { self.needs = needs }

  private static let reading = CONFINE_READ_FILE
  private static let writing =
    CONFINE_READ_FILE | CONFINE_READ_DIR | CONFINE_WRITE_FILE | CONFINE_TRUNCATE
    | CONFINE_MAKE_REG | CONFINE_REMOVE_FILE

  var all: [(path: String, rights: UInt64)] {
    var all: [(String, UInt64)] = [
      // Tells a shortage of descriptors from other errors.
      ("/dev/null", FileRules.reading | CONFINE_WRITE_FILE),
      // What the C library asks before it gives memory back.
      ("/proc/sys/vm/overcommit_memory", FileRules.reading),
    ]
    // The file itself too, as it may have no directory that is its own. A directory is opened before it
    // is refused.
    all += needs.files.map { ($0, FileRules.reading | CONFINE_READ_DIR) }
    all += needs.files.flatMap(FileRules.directories).map { ($0, FileRules.reading) }
    all += needs.directories.map { ($0, FileRules.writing) }
    if needs.connectGrants.haveNames {
      all += FileRules.ofResolver.map { ($0, FileRules.reading) }
      all += FileRules.directories(of: "/etc/resolv.conf").map { ($0, FileRules.reading) }
    }
    return all
  }

  /// What getaddrinfo(3) reads and loads: the settings are replaced whenever the network changes, so the
  /// directory counts; the modules of nsswitch.conf(5) are libraries.
  private static let ofResolver = [
    "/etc", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib",
  ]

  /// Where the file of a path is, and where one that takes its place can be: the path's own directory, and
  /// those that links on the way lead to (a `current` that points at another release tomorrow). Never the
  /// root, which has everything. (Links in the root are the system's: where /home is, not a release.)
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

  /// An absolute path without links; nil when there is nothing.
  private static func resolved(_ path: some StringProtocol) -> String? {
    guard let text = realpath(String(path), nil) else { return nil }
    defer { free(text) }
    return String(validatingCString: text)
  }

  /// Adds a rule, unless there is nothing of that name.
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
  /// Whether there are names to look up: given ones, or any.
  var haveNames: Bool {
    grants.contains { grant in
      switch grant.host {
      case .any, .name: true
      case .address: false
      }
    }
  }
}
