import ArgumentParser
import Glibc
import WasmHost

struct Options: ParsableArguments {
  @Option(
    name: .customLong("env"),
    help: ArgumentHelp(
      """
      A variable of the module's environment. Without a value it takes this process's own. \
      (repeatable)
      """,
      valueName: "name[=value]"))
  var environment: [Variable] = []

  @Option(
    help: ArgumentHelp(
      """
      A file of variables: NAME=VALUE lines, and comments with #. --env wins over it. (repeatable)
      """,
      valueName: "file"),
    transform: EnvironmentFile.init(path:))
  var envFile: [EnvironmentFile] = []

  @Option(
    help: ArgumentHelp(
      """
      A port that the module may bind. (default: the module's PORT, or 1234, and its ADMIN_PORT; \
      repeatable)
      """,
      valueName: "[host:]port"))
  var listen: [Grants.Grant] = []

  @Option(
    help: ArgumentHelp(
      """
      Where the module may connect to; either part may be *, and the host a name. (default: \
      nowhere; repeatable)
      """,
      valueName: "host:port"))
  var allowConnect: [ConnectGrants.Grant] = []

  @Option(
    help: ArgumentHelp(
      """
      The most connections that the module may have at once, made and accepted; further ones wait. \
      (default: no limit)
      """,
      valueName: "number"))
  var maxConnections: UInt32?

  @Option(
    help: ArgumentHelp("The most memory that the module may have: 64M, 1G.", valueName: "size"))
  var memory = ByteSize(bytes: 256 << 20)

  @Option(
    help: ArgumentHelp(
      "Instances of the module, each on a thread. (default: the cores that it may use)",
      valueName: "number"))
  var workers = Cores.available

  @Option(
    help: ArgumentHelp(
      """
      How long the module may compute without waiting for anything before it is ended and \
      started anew; 0 for as long as it likes.
      """, valueName: "seconds"))
  var handlerTimeout = 0.0

  @Flag(help: "Replace the module whenever its file changes, as SIGHUP does.")
  var watch = false

  @Option(
    help: ArgumentHelp(
      "How long a drain may take before the module is ended.", valueName: "seconds"))
  var drainTimeout: UInt32 = 30

  @Option(
    help: ArgumentHelp(
      """
      Where compiled modules are kept. (default: $XDG_CACHE_HOME/wasm-serve or \
      ~/.cache/wasm-serve)
      """,
      valueName: "dir"))
  var cacheDir: String?

  @Flag(help: "Compile at each start.")
  var noCache = false

  @Flag(help: "Log warnings only.")
  var quiet = false

  @Option(
    help: ArgumentHelp("The form of the log on standard error: text or json.", valueName: "form"))
  var logFormat = LogFormat.text

  @Argument(help: ArgumentHelp("The module's file.", valueName: "module"))
  var module: String

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("Arguments for the module.", valueName: "arguments"))
  var arguments: [String] = []
}

/// One `--env`; no variable at all for a name that this process does not have, as docker does.
struct Variable: ExpressibleByArgument {
  let variable: InstanceConfiguration.Variable?

  init?(argument: String) {
    guard !argument.isEmpty, !argument.hasPrefix("=") else { return nil }
    if let equals = argument.firstIndex(of: "=") {
      variable = .init(
        String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
    } else {
      variable = getenv(argument).map { .init(argument, String(cString: $0)) }
    }
  }
}

extension Grants.Grant: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension ConnectGrants.Grant: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

/// A number of bytes: digits, and K, M or G for powers of 1024.
struct ByteSize: ExpressibleByArgument, CustomStringConvertible {
  let bytes: Int64

  init(bytes: Int64) { self.bytes = bytes }

  init?(argument: String) {
    let shifts: [Character: Int64] = ["K": 10, "M": 20, "G": 30]
    let shift = argument.uppercased().last.flatMap { shifts[$0] }
    guard let number = Int64(shift == nil ? argument[...] : argument.dropLast()), number > 0,
      number <= Int64.max >> (shift ?? 0)
    else { return nil }
    bytes = number << (shift ?? 0)
  }

  var description: String {
    for (suffix, shift) in [("G", 30), ("M", 20), ("K", 10)] as [(String, Int64)]
    where bytes.isMultiple(of: 1 << shift) {
      return "\(bytes >> shift)\(suffix)"
    }
    return "\(bytes)"
  }

  var defaultValueDescription: String { description }
}

enum LogFormat: String, ExpressibleByArgument {
  case text, json
}
