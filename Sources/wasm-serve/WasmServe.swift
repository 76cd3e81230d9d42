import CommandLine
import Glibc
import WasmHost

@main
struct WasmServe {
  static func main() {
    // Not exit(3): the module may be running still, on its thread, and there is nothing to flush.
    _exit(run())
  }

  private static func run() -> Int32 {
    let line: ParsedLine<Settings>
    do throws(UsageError) {
      line = try WasmServeTable.table.parse(try words(), into: Settings())
    } catch {
      complain(error.message)
      return ExitStatus.usage.code
    }
    switch line.request {
    case .help: return writeOutput(WasmServeTable.table.help(for: line.command)).code
    case .version:
      return writeOutput(
        "wasm-serve \(version) (commit \(commit), wasmtime \(Engine.version))\n"
      ).code
    case .perform: return line.command.perform(line.settings)
    }
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
}
