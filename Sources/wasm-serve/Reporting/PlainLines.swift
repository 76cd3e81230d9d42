import Glibc
import WasmHost

// What the command says besides its log: a plain line on standard error that tells why there is no service,
// and what it was asked for on standard output.

/// Writes one plain line to standard error, whatever names are in it.
func complain(_ message: String) {
  writeError("wasm-serve: \(printable(message))\n")
}

/// Writes one plain line to standard error as it is: what is told in a terminal.
func tell(_ message: String) { writeError("\(printable(message))\n") }

func complain(_ trap: Trap) {
  complain("the module trapped: \(trap.message)")
  for frame in trap.frames { writeError("    \(frame)\n") }
}

/// What cannot be written to standard error can be told nowhere.
private func writeError(_ line: String) {
  _ = Array(line.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// Writes a text to standard output.
func writeOutput(_ text: String) -> ExitStatus {
  let bytes = Array(text.utf8)
  var start = 0
  while start < bytes.count {
    let written = bytes[start...].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    if written < 0, errno == EINTR { continue }
    guard written > 0 else {
      complain("cannot write to standard output: \(describe(error: errno))")
      return .cannotCreate
    }
    start += written
  }
  return .success
}
