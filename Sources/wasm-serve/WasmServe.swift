import Glibc
import WasmHost

let version = "0.1.0"
/// Of the version; in the manual page.
let releaseDate = "2026-11-23"

@main
struct WasmServe {
  static func main() {
    // Not exit(3): the module may be running still, on its thread, and there is nothing to flush.
    _exit(run())
  }

  /// The words as they came: CommandLine.arguments would put others in the place of what is not text.
  private static func words() throws(UsageError) -> [String] {
    var words: [String] = []
    for place in 1..<max(Int(CommandLine.argc), 1) {
      guard let word = CommandLine.unsafeArgv[place] else { break }
      guard let text = String(validatingCString: word) else {
        throw UsageError("argument \(place) is not UTF-8 text: '\(escaped(word))'")
      }
      words.append(text)
    }
    return words
  }

  private static func run() -> Int32 {
    let invocation: Invocation
    do throws(UsageError) {
      invocation = try Invocation(try words())
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

/// A text of which some octets are none: those are shown as "\\xe9".
func escaped(_ text: UnsafePointer<CChar>) -> String {
  UnsafeBufferPointer(start: text, count: strlen(text)).map { character in
    let octet = UInt8(bitPattern: character)
    return 0x20..<0x7f ~= octet
      ? String(UnicodeScalar(octet))
      : "\\x" + (octet < 16 ? "0" : "") + String(octet, radix: 16)
  }.joined()
}
