import Glibc
import WasmHost

let version = "0.1.0"
/// Of the version; in the manual page.
let releaseDate = "2026-11-23"

@main
struct WasmServe {
  static func main() {
    // Not exit(3): the module may be running still, on its thread, and there is nothing to flush.
    _exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  private static func run(_ words: [String]) -> Int32 {
    let invocation: Invocation
    do throws(UsageError) {
      invocation = try Invocation(words)
    } catch {
      complain(error.message)
      return ExitStatus.usage
    }
    switch invocation.request {
    case .help: return print(Help.text(of: invocation.command))
    case .version: return print("wasm-serve \(version) (wasmtime \(Engine.version))\n")
    case .execute: return invocation.command.execute(invocation.options)
    }
  }
}

extension Command {
  /// Returns the exit status.
  fileprivate func execute(_ options: Options) -> Int32 {
    switch self {
    case .run: return options.execute()
    case .compile: return options.compile()
    case .inspect: return options.inspect()
    case .manual: return print(Manual.page)
    case .completions:
      guard let script = Completions.script(for: options.operand) else {
        complain("completions are for bash, zsh and fish, not for '\(options.operand)'")
        return ExitStatus.usage
      }
      return print(script)
    }
  }
}

/// Writes a text to standard output; returns the exit status.
func print(_ text: String) -> Int32 {
  let bytes = Array(text.utf8)
  var start = 0
  while start < bytes.count {
    let written = bytes[start...].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    if written < 0, errno == EINTR { continue }
    guard written > 0 else {
      complain("cannot write to standard output: \(String(cString: strerror(errno)))")
      return ExitStatus.cannotCreate
    }
    start += written
  }
  return 0
}
