import Glibc
import WasmHost

/// The statuses of the command, after sysexits.h; `--help` lists them.
enum ExitStatus {
  static let usage: Int32 = 64
  static let badModule: Int32 = 65
  static let noInput: Int32 = 66
  static let crashLoop: Int32 = 69
  static let software: Int32 = 70
  static let shortage: Int32 = 71
  static let cannotCreate: Int32 = 73
  static let drainTimeout: Int32 = 75
  static let configuration: Int32 = 78

  static let meanings = [
    ("0", "the module ended by itself, or drained; the command did its work"),
    ("1-", "the module's own status, when it exits with another"),
    ("64", "wrong usage"),
    (
      "65",
      "not a module, one that is too large, an import that is not offered, or an instance that cannot be made"
    ),
    ("66", "the module file cannot be read"),
    ("69", "the module trapped again and again"),
    ("70", "the module trapped, or the engine failed"),
    ("71", "the system has no descriptor, thread or memory left; a later start may succeed"),
    ("73", "the compiled module cannot be written"),
    ("75", "the drain took longer than --drain-timeout"),
    ("78", "a passed socket (LISTEN_FDS) cannot be used, or the module does not listen on it"),
    ("130, 143", "a second SIGINT or SIGTERM during the drain"),
  ]

  /// The shell's status for a process ended by a signal.
  static func signal(_ number: Int32) -> Int32 { 128 + number }

  static func of(_ error: HostError) -> Int32 {
    switch error {
    case .unreadable: noInput
    case .unwritable: cannotCreate
    case .notAModule, .excessive, .unsupportedImport, .notInstantiable: badModule
    case .shortage: shortage
    case .unfitSocket: configuration
    case .engine: software
    }
  }
}

/// Writes one plain line to standard error, whatever names are in it.
func complain(_ message: String) {
  write("wasm-serve: \(printable(message))\n")
}

private func write(_ line: String) {
  _ = Array(line.utf8).withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

func complain(_ trap: Trap) {
  complain("the module trapped: \(trap.message)")
  for frame in trap.frames { write("    \(frame)\n") }
}
