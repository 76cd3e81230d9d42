import CommandLine
import WasmHost

/// The command line of `wasm-serve`: its commands, and what each of them takes.
enum WasmServeTable {
  static let table: CommandTable<Settings> = CommandTable(
    program: "wasm-serve", version: version,
    purpose: "runs a WebAssembly module that opens its own sockets",
    commands: [run, compile, inspect, completions, manual],
    exitStatuses: ExitStatus.table.map { .init($0.statuses, $0.meaning) },
    manual: .init(
      date: releaseDate, environment: environment,
      files: [
        .init("~/.cache/wasm-serve", "Compiled modules, if only the user may write there."),
        .init(
          "MODULE with .symbols in place of .wasm",
          """
          The names of the module's functions, for the backtraces of its traps. Optional, and only \
          used when it was made for exactly this module.
          """),
        .init("~/.local/state/wasm-serve", "The key that authenticates them."),
        .init("/etc/wasm-serve/NAME.wasm", "The module of the systemd service wasm-serve@NAME."),
        .init("/etc/wasm-serve/NAME.env", "Its variables, as --env-file reads them."),
        .init("/etc/wasm-serve/NAME.conf", "Further options of that service: OPTIONS=..."),
      ],
      examples: [
        .init("Serve on port 8080:", "wasm-serve --env PORT=8080 http_server.wasm"),
        .init(
          "Serve with an access log, and with health checks and metrics on port 9090:",
          "wasm-serve --env ACCESS_LOG=on --env ADMIN_PORT=9090 http_server.wasm"),
        .init(
          "Settings from a file, a port of one address only, two workers of 64 MiB each:",
          "wasm-serve --env-file web.env --listen 127.0.0.1:8080 --workers 2 --memory 64M web.wasm"),
        .init(
          "Work on a module: each time its file changes it is replaced, without losing a connection:",
          "wasm-serve --watch web.wasm"),
        .init(
          "Compile for an image, and run that:",
          """
          wasm-serve compile http_server.wasm && wasm-serve --allow-precompiled http_server.module
          """),
        .init("What does a module want?", "wasm-serve inspect http_server.wasm"),
      ],
      seeAlso: "curl(1), systemd.service(5), systemd.socket(5)"),
    replacement: variable)

  /// The settings of a server are variables of its environment, where others have options: `--port`.
  @Sendable
  private static func variable(inPlaceOf option: String) -> String? {
    guard option.hasPrefix("--") else { return nil }
    let name = String(option.dropFirst(2).map { $0 == "-" ? "_" : Character($0.uppercased()) })
    return ServerSettings.all.contains { $0.name == name } ? "--env \(name)=..." : nil
  }

  private static let environment: [CommandTable<Settings>.Manual.Variables] = [
    .init(
      "Read by the host", "None of them reaches the module.",
      [
        .init("HOME, XDG_CACHE_HOME", "Where compiled modules are kept, without --cache-dir."),
        .init("HOME, XDG_STATE_HOME, STATE_DIRECTORY", "Where the key of that cache is kept."),
        .init(
          "LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES", "Listening sockets that systemd passes on."),
        .init("NOTIFY_SOCKET, WATCHDOG_USEC", "How systemd is told that the service is well."),
      ]),
    .init(
      "Settings of http_server.wasm",
      """
      A module has only the variables that --env and --env-file give it. The server of this package \
      has the settings below; other modules have their own. A variable whose name is nearly one of these \
      is warned about in the log. Times are in seconds, or as 500ms; sizes in octets, or as 16K.
      """, ServerSettings.all.map { .init($0.name, $0.meaning) }),
  ]

  private static let run: Command<Settings> = Command(
    "run", "Runs a WebAssembly module that opens its own sockets.",
    details: [
      """
      The module is a WASI preview1 core module that uses WasmEdge's socket extension. It has \
      the environment and the ports that the options give it, connects where they allow it, and \
      has nothing else: no files. What compile wrote is a module as well.
      """,
      """
      SIGTERM and SIGINT begin a drain: each listening socket of the module reports a hang-up, \
      the module answers what is in flight and ends. A second signal ends it at once. SIGHUP \
      replaces the module by what is in its file now, without losing a connection.
      """,
      """
      Listening sockets that systemd passes on (LISTEN_FDS) are used for the addresses they \
      have, and systemd is told when the module listens (NOTIFY_SOCKET).
      """,
    ],
    operand: module, options: RunOptions.all, takeArguments: { $0.arguments = $1 },
    perform: { $0.run() })

  private static let compile: Command<Settings> = Command(
    "compile", "Compiles a module ahead of time, for starts without compiling.",
    details: [
      """
      The file holds the module and its native code. The code is used with --allow-precompiled, \
      when the file belongs to the user or to root, no other user may write to it, and this is the \
      engine, the settings and the kind of processor that it was compiled for. In any other case the \
      module in it is compiled, and the log says why.
      """
    ],
    operand: module,
    options: [
      Option(
        "output", letter: "o", "FILE", "Where the compiled module is written.",
        standard: "beside the module, with the extension .module", completion: .file
      ) { $0.output = $1 },
      Option(
        flag: "portable",
        """
        Code for every processor of this architecture, as an image needs it, and not only for those \
        that have what this one has.
        """
      ) { $0.isPortable = true },
    ], perform: { $0.compile() })

  private static let inspect: Command<Settings> = Command(
    "inspect", "Tells what a module imports, exports and needs, and whether it can be run.",
    details: [
      """
      The status is 0 when this host can run the module, and 65 when it cannot; the last line \
      says why.
      """
    ],
    operand: module, options: [RunOptions.memory], perform: { $0.inspect() })

  private static let completions: Command<Settings> = Command(
    "completions", "Writes the completions of a shell: bash, zsh or fish.",
    operand: .init("SHELL", completion: .words(Shell.allCases.map(\.rawValue))) {
      (settings, text) throws(InvalidValue) in
      settings.shell = try read(text, "bash, zsh or fish") { Shell(rawValue: $0) }
    },
    perform: { writeOutput(table.completions(for: $0.shell)).code })

  private static let manual: Command<Settings> = Command(
    "manual", "Writes the manual page.", perform: { _ in writeOutput(table.manualPage).code })

  private static let module = Command<Settings>.Operand("MODULE", completion: .file) {
    $0.module = $1
  }
}
