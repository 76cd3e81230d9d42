import CommandLine
import WasmHost

/// The options of `wasm-serve run`: what the module gets, and how the service is run.
enum RunOptions {
  static let all = grants + limits + service + precautions + log

  /// Shared with `inspect`.
  static let memory = Option<Settings>(
    "memory", "SIZE", "The most linear memory that each worker may have: 64M, 1G.",
    standard: "\(Settings.standard.memory)"
  ) { (settings, text) throws(InvalidValue) in
    settings.memory = try read(text, "a size, as 64M or 1G", as: ByteSize.init)
  }

  private static let grants = [
    Option<Settings>(
      "env", "NAME[=VALUE]",
      "A variable of the module's environment. Without a value it takes this process's own.",
      isRepeatable: true
    ) { (settings, text) throws(InvalidValue) in
      guard !text.isEmpty, !text.hasPrefix("=") else {
        throw InvalidValue("must be NAME=VALUE, or NAME alone")
      }
      if let variable = try InstanceConfiguration.Variable.read(text) {
        settings.environment.append(variable)
      } else {
        settings.unsetVariables.append(text)
      }
    },
    Option<Settings>(
      "env-file", "FILE",
      "A file of variables: NAME=VALUE lines, and comments with #. --env wins over it.",
      isRepeatable: true, completion: .file
    ) { (settings, path) throws(InvalidValue) in
      settings.environmentFiles.append(try EnvironmentFile(path: path))
    },
    Option<Settings>(
      "listen", "[HOST:]PORT", "A TCP port that the module may bind; for datagrams PORT/udp.",
      standard: "the module's PORT, or \(ServerSettings.standardPort), and its ADMIN_PORT",
      isRepeatable: true
    ) { (settings, text) throws(InvalidValue) in
      settings.listen.append(
        try read(text, "PORT, ADDRESS:PORT, [IPv6]:PORT or *:PORT, with /udp for datagrams") {
          Grants.Grant($0)
        })
    },
    Option<Settings>(
      "allow-connect", "HOST:PORT",
      """
      Where the module may connect to; either part may be *, and the host a name. For datagrams \
      HOST:PORT/udp. A name does not stand for loopback and link-local addresses.
      """,
      standard: "nowhere", isRepeatable: true
    ) { (settings, text) throws(InvalidValue) in
      settings.allowConnect.append(
        try read(
          text,
          "HOST:PORT with a name, an address, [IPv6] or *, and a number or *; /udp for datagrams"
        ) {
          ConnectGrants.Grant($0)
        })
    },
  ]

  private static let limits = [
    Option<Settings>(
      "max-connections", "NUMBER",
      "The most connections that each worker may have at once, made and accepted; further ones wait.",
      standard: "no limit"
    ) { (settings, text) throws(InvalidValue) in
      settings.maxConnections = try read(text, "a number, 0 or more") { UInt32($0) }
    },
    memory,
    Option<Settings>(
      "socket-memory", "SIZE",
      "The most memory that the kernel may hold for each connection, both directions together.",
      standard: "\(Settings.standard.socketMemory)"
    ) { (settings, text) throws(InvalidValue) in
      settings.socketMemory = try size(
        text, in: ByteSize(bytes: 16 << 10)...ByteSize(bytes: 64 << 20))
    },
    Option<Settings>(
      flag: "stdin", "Let the module read standard input. Without it there is nothing to read."
    ) { $0.readsStandardInput = true },
  ]

  private static let service = [
    Option<Settings>(
      "workers", "NUMBER", "Instances of the module, each on a thread.",
      standard: "the cores that it may use"
    ) { (settings, text) throws(InvalidValue) in
      settings.workers = try number(text, in: 1...1024)
    },
    Option<Settings>(
      "handler-timeout", "SECONDS",
      """
      How long the module may compute without waiting for anything before it is ended and started \
      anew; 0 for as long as it likes.
      """, standard: "\(Settings.standard.handlerTimeout.wholeSeconds)"
    ) { (settings, text) throws(InvalidValue) in
      settings.handlerTimeout = try seconds(text, in: 0...86_400)
    },
    Option<Settings>(
      flag: "watch", "Replace the module whenever its file changes, as SIGHUP does."
    ) { $0.watches = true },
    Option<Settings>(
      "drain-timeout", "SECONDS", "How long a drain may take before the module is ended.",
      standard: "\(Settings.standard.drainTimeout.wholeSeconds)"
    ) { (settings, text) throws(InvalidValue) in
      settings.drainTimeout = .seconds(try number(text, in: 0...Int32.max))
    },
    Option<Settings>(
      "cache-dir", "DIRECTORY", "Where compiled modules are kept.",
      standard: "$XDG_CACHE_HOME/wasm-serve or ~/.cache/wasm-serve", completion: .directory
    ) { $0.cacheDirectory = $1 },
    Option<Settings>(
      "compile-timeout", "SECONDS", "How long compiling may take before the module is given up.",
      standard: "\(Settings.standard.compileTimeout.wholeSeconds)"
    ) { (settings, text) throws(InvalidValue) in
      settings.compileTimeout = .seconds(try number(text, in: 1...86_400))
    },
    Option<Settings>(flag: "no-cache", "Compile at each start.") { $0.usesCache = false },
  ]

  private static let precautions = [
    Option<Settings>(
      flag: "allow-precompiled",
      """
      Run the native code in a file that compile wrote. Only for files that you trust as you trust a \
      program: no sandbox holds it.
      """
    ) { $0.allowsPrecompiled = true },
    Option<Settings>(
      flag: "no-confine",
      """
      Keep the system calls and files that a server does not need. Without this option the module is \
      read again only from the directories that it, and links to it, were in at the start.
      """
    ) { $0.isConfined = false },
  ]

  private static let log = [
    Option<Settings>(
      "log-format", "FORMAT",
      "The format of the log, text or json; also the module's LOG_FORMAT, unless --env sets it.",
      standard: "the module's LOG_FORMAT, or text",
      completion: .words(LogFormat.allCases.map(\.rawValue))
    ) { (settings, text) throws(InvalidValue) in
      settings.logFormat = try read(text, "text or json") { LogFormat(rawValue: $0) }
    },
    Option<Settings>(flag: "quiet", "Log warnings and errors only.") { $0.isQuiet = true },
  ]
}
