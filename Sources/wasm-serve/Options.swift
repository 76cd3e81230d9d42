import Glibc
import WasmHost

/// What the command line says.
struct Options {
  var environment: [InstanceConfiguration.Variable] = []
  var environmentFiles: [EnvironmentFile] = []
  var listen: [Grants.Grant] = []
  var allowConnect: [ConnectGrants.Grant] = []
  var maxConnections: UInt32?
  var memory = ByteSize(bytes: 256 << 20)
  var socketMemory = ByteSize(bytes: 512 << 10)
  /// Nil for as many as there are cores.
  var workers: Int?
  /// In seconds.
  var handlerTimeout = 0.0
  var watches = false
  /// In seconds.
  var drainTimeout: UInt32 = 30
  var cacheDirectory: String?
  var usesCache = true
  var allowsPrecompiled = false
  /// In seconds.
  var compileTimeout: UInt32 = 120
  var readsStandardInput = false
  var isConfined = true
  var isQuiet = false
  /// Nil when nobody says: text.
  var logFormat: LogFormat?
  var output: String?
  var isPortable = false
  /// The module's file, or whatever else the command takes.
  var operand = ""
  /// The module's own.
  var arguments: [String] = []
}

extension Option {
  static let forRun = [
    Option(
      "env", "NAME[=VALUE]",
      "A variable of the module's environment. Without a value it takes this process's own.",
      isRepeatable: true
    ) { options, text in
      guard !text.isEmpty, !text.hasPrefix("=") else {
        throw BadValue("must be NAME=VALUE, or NAME alone")
      }
      if let variable = try variable(text) { options.environment.append(variable) }
    },
    Option(
      "env-file", "FILE",
      "A file of variables: NAME=VALUE lines, and comments with #. --env wins over it.",
      isRepeatable: true, completion: .file
    ) { options, path in
      options.environmentFiles.append(try EnvironmentFile(path: path))
    },
    Option(
      "listen", "[HOST:]PORT", "A TCP port that the module may bind; for datagrams PORT/udp.",
      initial: "the module's PORT, or 1234, and its ADMIN_PORT", isRepeatable: true
    ) { options, text in
      options.listen.append(
        try read(text, "PORT, ADDRESS:PORT, [IPv6]:PORT or *:PORT, with /udp for datagrams") {
          Grants.Grant($0)
        })
    },
    Option(
      "allow-connect", "HOST:PORT",
      """
      Where the module may connect to; either part may be *, and the host a name. For datagrams \
      HOST:PORT/udp. A name does not stand for loopback and link-local addresses.
      """,
      initial: "nowhere", isRepeatable: true
    ) { options, text in
      options.allowConnect.append(
        try read(
          text,
          "HOST:PORT with a name, an address, [IPv6] or *, and a number or *; /udp for datagrams"
        ) {
          ConnectGrants.Grant($0)
        })
    },
    Option(
      "max-connections", "NUMBER",
      "The most connections that each worker may have at once, made and accepted; further ones wait.",
      initial: "no limit"
    ) { options, text in
      options.maxConnections = try read(text, "a number, 0 or more") { UInt32($0) }
    },
    memory,
    Option(
      "socket-memory", "SIZE",
      "The most memory that the kernel may hold for each connection, both directions together.",
      initial: "512K"
    ) { options, text in
      let size = try read(text, "a size from 16K to 64M", as: ByteSize.init)
      guard 16 << 10...64 << 20 ~= size.bytes else {
        throw BadValue("must be a size from 16K to 64M")
      }
      options.socketMemory = size
    },
    Option(
      flag: "stdin", "Let the module read standard input. Without it there is nothing to read."
    ) { $0.readsStandardInput = true },
    Option(
      "workers", "NUMBER", "Instances of the module, each on a thread.",
      initial: "the cores that it may use"
    ) { options, text in
      options.workers = try number(text, in: 1...1024)
    },
    handlerTimeout,
    Option(flag: "watch", "Replace the module whenever its file changes, as SIGHUP does.") {
      $0.watches = true
    },
    Option(
      "drain-timeout", "SECONDS", "How long a drain may take before the module is ended.",
      initial: "30"
    ) { options, text in
      options.drainTimeout = UInt32(try number(text, in: 0...Int(Int32.max)))
    },
    Option(
      "cache-dir", "DIRECTORY", "Where compiled modules are kept.",
      initial: "$XDG_CACHE_HOME/wasm-serve or ~/.cache/wasm-serve", completion: .directory
    ) { $0.cacheDirectory = $1 },
    Option(
      "compile-timeout", "SECONDS", "How long compiling may take before the module is given up.",
      initial: "120"
    ) { options, text in
      options.compileTimeout = UInt32(try number(text, in: 1...86_400))
    },
    Option(flag: "no-cache", "Compile at each start.") { $0.usesCache = false },
    Option(
      flag: "allow-precompiled",
      """
      Run the native code in a file that compile wrote. Only for files that you trust as you trust a \
      program: no sandbox holds it.
      """
    ) { $0.allowsPrecompiled = true },
    Option(
      flag: "no-confine",
      """
      Keep the system calls and files that a server does not need. Without this option the module is \
      read again only from the directories that it, and links to it, were in at the start.
      """
    ) { $0.isConfined = false },
    Option(
      "log-format", "FORMAT",
      "The form of the log, text or json; also the module's LOG_FORMAT, unless --env sets it.",
      initial: "the module's LOG_FORMAT, or text",
      completion: .words(LogFormat.allCases.map(\.rawValue))
    ) { options, text in
      options.logFormat = try read(text, "text or json") { LogFormat(rawValue: $0) }
    },
    Option(flag: "quiet", "Log warnings and errors only.") { $0.isQuiet = true },
  ]

  static let forCompile = [
    Option(
      "output", letter: "o", "FILE", "Where the compiled module is written.",
      initial: "beside the module, with the extension .module", completion: .file
    ) { $0.output = $1 },
    Option(
      flag: "portable",
      """
      Code for every processor of this architecture, as an image needs it, and not only for those \
      that have what this one has.
      """
    ) { $0.isPortable = true },
  ]

  static let forInspect = [memory]

  private static let memory = Option(
    "memory", "SIZE", "The most linear memory that each worker may have: 64M, 1G.", initial: "256M"
  ) { options, text in
    options.memory = try read(text, "a size, as 64M or 1G", as: ByteSize.init)
  }

  private static let handlerTimeout = Option(
    "handler-timeout", "SECONDS",
    """
    How long the module may compute without waiting for anything before it is ended and started \
    anew; 0 for as long as it likes.
    """, initial: "0"
  ) { options, text in
    options.handlerTimeout = try read(text, "seconds from 0 to 86400, as 2.5") { text in
      Double(text).flatMap { 0...86_400 ~= $0 ? $0 : nil }
    }
  }

  private static func number(_ text: String, in range: ClosedRange<Int>) throws -> Int {
    try read(text, "a number from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range ~= $0 ? $0 : nil }
    }
  }
}

/// A variable as `--env` and files have it; nil for a name that this process does not have, as
/// docker does.
///
/// - Throws: for a value of this process's that is no text.
func variable(_ text: String) throws(BadValue) -> InstanceConfiguration.Variable? {
  guard let equals = text.firstIndex(of: "=") else {
    guard let value = getenv(text) else { return nil }
    guard let valid = String(validatingCString: value) else {
      throw BadValue("the value of \(text) here is not UTF-8 text: '\(escaped(value))'")
    }
    return .init(text, valid)
  }
  return .init(String(text[..<equals]), String(text[text.index(after: equals)...]))
}

/// A number of bytes: digits, and K, M or G for powers of 1024.
struct ByteSize: CustomStringConvertible {
  let bytes: Int64

  init(bytes: Int64) { self.bytes = bytes }

  init?(_ text: String) {
    let shifts: [Character: Int64] = ["K": 10, "M": 20, "G": 30]
    let shift = text.uppercased().last.flatMap { shifts[$0] }
    guard let number = Int64(shift == nil ? text[...] : text.dropLast()), number > 0,
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
}

enum LogFormat: String, CaseIterable {
  case text, json
}
