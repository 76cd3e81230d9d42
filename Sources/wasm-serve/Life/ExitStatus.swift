import Glibc
import WasmHost

/// A status that the command exits with. Those of its own are after sysexits.h; the help, the manual page and
/// a test of the documentation read `table`.
struct ExitStatus: Equatable, Sendable {
  let code: Int32

  static let success = ExitStatus(code: 0)
  static let usage = ExitStatus(code: 64)
  static let badModule = ExitStatus(code: 65)
  static let noInput = ExitStatus(code: 66)
  static let crashLoop = ExitStatus(code: 69)
  static let software = ExitStatus(code: 70)
  static let shortage = ExitStatus(code: 71)
  static let cannotCreate = ExitStatus(code: 73)
  static let drainTimeout = ExitStatus(code: 75)
  static let configuration = ExitStatus(code: 78)

  /// A row of the table.
  struct Row: Sendable {
    let statuses: String
    let meaning: String
    /// Whether the next start would end as this one: a service manager need not try.
    var isPermanent = false
  }

  static let table = [
    Row(statuses: "0", meaning: "the module ended by itself, or drained; the command did its work"),
    Row(statuses: "1-", meaning: "the module's own status, when it exits with another"),
    Row(statuses: "\(usage.code)", meaning: "wrong usage", isPermanent: true),
    Row(
      statuses: "\(badModule.code)",
      meaning: """
        not a core module (a component, text, an empty or compressed file), one that is too large, \
        an import that is not offered, or an instance that cannot be made
        """, isPermanent: true),
    Row(
      statuses: "\(noInput.code)", meaning: "the module file cannot be read, or is a directory",
      isPermanent: true),
    Row(statuses: "\(crashLoop.code)", meaning: "the module trapped again and again"),
    Row(statuses: "\(software.code)", meaning: "the module trapped, or the engine failed"),
    Row(
      statuses: "\(shortage.code)",
      meaning: "the system has no descriptor, thread or memory left; a later start may succeed"),
    Row(
      statuses: "\(cannotCreate.code)",
      meaning: "the compiled module or the output cannot be written"),
    Row(
      statuses: "\(drainTimeout.code)", meaning: "the drain took longer than --drain-timeout"),
    Row(
      statuses: "\(configuration.code)",
      meaning: """
        a passed socket (LISTEN_FDS) cannot be used, or the module does not listen on it
        """, isPermanent: true),
    Row(
      statuses: "\(signal(SIGINT).code), \(signal(SIGTERM).code)",
      meaning: "a second SIGINT or SIGTERM during the drain"),
  ]
}

extension ExitStatus {
  /// The shell's status for a process that a signal ended.
  static func signal(_ number: Int32) -> ExitStatus { ExitStatus(code: 128 + number) }

  /// A module's own. A process has eight bits of it; a failure stays one.
  static func module(_ status: UInt32) -> ExitStatus {
    ExitStatus(code: status == 0 ? 0 : max(Int32(status & 0xff), 1))
  }

  init(_ error: HostError) {
    switch error {
    case .unreadable: self = .noInput
    case .unwritable: self = .cannotCreate
    case .notAModule, .excessive, .unsupportedImport, .notInstantiable: self = .badModule
    case .shortage: self = .shortage
    case .unfitSocket: self = .configuration
    case .engine: self = .software
    }
  }

  init(_ end: Worker.Ending) {
    switch end {
    case .ended(.exited(let status)): self = .module(status)
    case .ended(.trapped): self = .software
    case .refused(let error): self.init(error)
    }
  }
}
