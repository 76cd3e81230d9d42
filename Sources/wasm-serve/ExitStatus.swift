import Glibc
import WasmHost

/// The statuses of the command, after sysexits.h; `--help` lists them.
enum ExitStatus {
  static let usage: Int32 = 64
  static let badModule: Int32 = 65
  static let noInput: Int32 = 66
  static let crashLoop: Int32 = 69
  static let software: Int32 = 70
  static let drainTimeout: Int32 = 75

  /// The shell's status for a process ended by a signal.
  static func signal(_ number: Int32) -> Int32 { 128 + number }

  static func of(_ error: HostError) -> Int32 {
    switch error {
    case .unreadable: noInput
    case .notAModule, .unsupportedImport, .notInstantiable: badModule
    case .engine: software
    }
  }
}

/// Writes one plain line to standard error.
func complain(_ message: String) {
  let line = "wasm-serve: \(message)\n"
  _ = Array(line.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

func complain(_ trap: Trap) {
  let lines = ["the module trapped: \(trap.message)"] + trap.frames.map { "    \($0)" }
  complain(lines.joined(separator: "\n"))
}
