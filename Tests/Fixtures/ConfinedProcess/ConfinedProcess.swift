import CSystemCalls
import Glibc
import WasmHost

/// Confines itself and tries what it can still do, for ConfinementTests: a line on standard error for each
/// attempt, with its error number (0 for success) and what it tried.
///
/// usage: confined_process calls | foreign | files FILE DIRECTORY OTHER-FILE | reading FILE
///   | sockets [GRANT]
@main
struct ConfinedProcess {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    let words = Array(arguments.dropFirst())
    var needs = Confinement.Needs()
    switch arguments.first {
    case "calls":
      enter(needs)
      for place in 0..<attempt_count() {
        say(attempt_run(place), String(cString: attempt_name(place)))
      }
    case "foreign":
      enter(needs)
      #if arch(x86_64)
        say(attempt_foreign_call() < 0 ? errno : 0, "a foreign call")
      #endif
    case "files":
      needs.files = [words[0]]
      needs.directories = [words[1]]
      enter(needs)
      tryFiles(words[0], words[1], words[2])
    case "reading":
      needs.files = [words[0]]
      enter(needs)
      tryReading()
    case "sockets":
      let grants = words.compactMap { ConnectGrants.Grant($0) }
      needs.connectGrants = ConnectGrants(grants)
      enter(needs)
      trySockets()
    default: _exit(64)
    }
    // Not exit(3): a sanitizer would start a process of its own there.
    _exit(0)
  }

  private static func enter(_ needs: Confinement.Needs) {
    let confinement = Confinement(needs)
    say(0, "confined=\(confinement)")
    for failure in confinement.failures { say(1, failure) }
  }

  private static func say(_ error: Int32, _ what: String) {
    let line = Array("\(error) \(what)\n".utf8)
    write(STDERR_FILENO, line, line.count)
  }

  private static func tryOpen(_ path: String, _ flags: Int32, _ what: String) {
    let descriptor = open(path, flags | O_CLOEXEC, 0o600)
    say(descriptor < 0 ? errno : 0, what)
    if descriptor >= 0 { close(descriptor) }
  }

  private static func tryFiles(_ file: String, _ directory: String, _ other: String) {
    tryOpen(file, O_RDONLY, "read the module")
    tryOpen(file, O_WRONLY, "write the module")
    tryOpen(file + ".new", O_WRONLY | O_CREAT, "create a file beside the module")
    tryOpen(directory + "/a", O_RDWR | O_CREAT | O_EXCL, "create a file in the cache")
    say(rename(directory + "/a", directory + "/b") == 0 ? 0 : errno, "rename it")
    tryOpen(directory, O_RDONLY | O_DIRECTORY, "list the cache")
    say(unlink(directory + "/b") == 0 ? 0 : errno, "remove it")
    say(mkdir(directory + "/c", 0o700) == 0 ? 0 : errno, "create a directory in the cache")
    tryOpen(other, O_RDONLY, "read another file")
    say(unlink(other) == 0 ? 0 : errno, "remove another file")
    tryReading()
  }

  private static func tryReading() {
    tryOpen("/etc/passwd", O_RDONLY, "read /etc/passwd")
    tryOpen("/", O_RDONLY | O_DIRECTORY, "list the root")
    tryOpen("/dev/null", O_RDWR, "open /dev/null")
  }

  private static func trySockets() {
    let stream = Int32(SOCK_STREAM.rawValue)
    say(attempt_socket(AF_UNIX, stream, 0), "a UNIX socket")
    say(attempt_socket(AF_NETLINK, Int32(SOCK_RAW.rawValue), 0), "a socket for routes")
    say(attempt_socket(AF_NETLINK, Int32(SOCK_RAW.rawValue), 12), "a netfilter socket")
    tryOpen("/etc/passwd", O_RDONLY, "read a file in /etc")
    // Port 1 of this machine, on which nothing listens.
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(1).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let descriptor = socket(AF_INET, stream, 0)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    say(result == 0 ? 0 : errno, "connect")
  }
}
