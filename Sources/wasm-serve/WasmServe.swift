import ArgumentParser
import Glibc
import Logging
import WasmHost

let version = "0.1.0"

@main
struct WasmServe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wasm-serve",
    abstract: "Runs a WebAssembly module that opens its own sockets.",
    usage: "wasm-serve [<options>] <module> [-- <arguments> ...]",
    discussion: """
      The module is a WASI preview1 core module that uses WasmEdge's socket extension. It has \
      the environment and the ports that the options give it, connects where they allow it, and \
      has nothing else: no files.

        wasm-serve --env PORT=8080 http_server.wasm

      SIGTERM and SIGINT begin a drain: each listening socket of the module reports a hang-up, \
      the module answers what is in flight and ends. A second signal ends it at once.

      EXIT STATUS:
        0    the module ended by itself, or drained
        1-   the module's own status, when it exits with another
        64   wrong usage
        65   not a module, an import that is not offered, or an instance that cannot be made
        66   the module file cannot be read
        69   the module trapped again and again
        70   the module trapped, or the engine failed
        75   the drain took longer than --drain-timeout
        130, 143   a second SIGINT or SIGTERM during the drain
      """,
    version: "wasm-serve \(version) (wasmtime \(Engine.version))")

  @OptionGroup var options: Options

  func run() {
    // Not exit(3): the module may be running still, on its thread, and there is nothing to flush.
    _exit(options.execute())
  }

  /// As ArgumentParser's own, with one line for an error.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let code = exitCode(for: error)
      if code == .validationFailure {
        complain(message(for: error).split(whereSeparator: \.isNewline).joined(separator: " "))
        Glibc.exit(ExitStatus.usage)
      }
      exit(withError: error)
    }
  }
}
