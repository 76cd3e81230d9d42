import CLinux
import Glibc
import Testing

@testable import WasmHost

/// A run of the command `wasm-serve`, or of another program that lies beside the test's own executable.
final class Command {
  struct Result {
    /// As the shell has it: 128 and the signal's number for a process that a signal ended.
    let status: Int32
    let errors: String
    var lines: [String] { errors.split(separator: "\n").map(String.init) }
  }

  private let process: pid_t
  private let errors: Int32
  private var text = ""

  convenience init(_ arguments: String...) throws { try self.init(list: arguments) }

  /// - Parameter onTerminal: whether standard error is a terminal.
  init(program: String = "wasm-serve", list arguments: [String], onTerminal: Bool = false) throws {
    var path = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &path, path.count - 1)
    guard count > 0 else { throw TestFailure("readlink") }
    let own = String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let command = own[..<(own.lastIndex(of: "/") ?? own.endIndex)] + "/\(program)"

    var ends: [Int32] = [0, 0]
    // Not pipe(2): commands of other tests, started meanwhile, must not inherit it.
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    if onTerminal {
      ends = try terminal()
    } else {
      guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw TestFailure("socketpair") }
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
    var pointers = ([String(command)] + arguments).map { strdup($0) } + [nil]
    var process = pid_t()
    let result = posix_spawn(&process, String(command), &actions, nil, &pointers, environ)
    for pointer in pointers { free(pointer) }
    posix_spawn_file_actions_destroy(&actions)
    close(ends[1])
    guard result == 0 else { throw TestFailure("cannot start \(command)") }
    self.process = process
    errors = ends[0]
  }

  deinit { close(errors) }

  func signal(_ number: Int32) { kill(process, number) }

  /// Reads standard error until the text occurs in it.
  func wait(for part: String) throws {
    while !text.contains(part) {
      guard readSome() else { throw TestFailure("ended without '\(part)': \(text)") }
    }
  }

  /// Waits for the end.
  func finish() -> Result {
    while readSome() {}
    var status: Int32 = 0
    waitpid(process, &status, 0)
    let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    // (A terminal begins a new line with two characters.)
    let errors = String(decoding: text.utf8.filter { $0 != 0x0d }, as: UTF8.self)
    return Result(status: code, errors: errors)
  }

  private func readSome() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(errors, &buffer, buffer.count)
    guard count > 0 else { return false }
    text += String(decoding: buffer.prefix(count), as: UTF8.self)
    return true
  }
}

/// Both ends of a terminal, that of the one who sits before it first.
private func terminal() throws -> [Int32] {
  // What unlockpt(3) and ptsname(3) do, which Swift does not see.
  let (unlock, tellNumber) = (UInt(0x4004_5431), UInt(0x8004_5430))
  var (isLocked, number) = (Int32(0), UInt32(0))
  let person = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
  guard person >= 0, ioctl(person, unlock, &isLocked) == 0, ioctl(person, tellNumber, &number) == 0
  else { throw TestFailure("/dev/ptmx") }
  let program = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
  guard program >= 0 else { throw TestFailure("the terminal") }
  return [person, program]
}

/// A directory of the test's own, removed with all that is in it.
final class TemporaryDirectory {
  let path: String

  init() throws {
    var name = bytes("/tmp/wasm-host-tests-XXXXXX").map { CChar($0) } + [0]
    guard mkdtemp(&name) != nil else { throw TestFailure("mkdtemp") }
    path = String(decoding: name.dropLast().map { UInt8($0) }, as: UTF8.self)
  }

  deinit {
    let arguments: [String] = ["rm", "-rf", path]
    var pointers = arguments.map { strdup($0) } + [nil]
    var process = pid_t()
    if posix_spawn(&process, "/bin/rm", nil, nil, &pointers, environ) == 0 {
      waitpid(process, nil, 0)
    }
    for pointer in pointers { free(pointer) }
  }

  /// Writes a file; returns its path.
  @discardableResult
  func write(_ content: [UInt8], _ name: String) throws -> String {
    let file = "\(path)/\(name)"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw TestFailure("open \(file)") }
    defer { close(descriptor) }
    guard Glibc.write(descriptor, content, content.count) == content.count else {
      throw TestFailure("write \(file)")
    }
    return file
  }
}
