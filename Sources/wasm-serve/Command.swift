/// What `wasm-serve` does: its first word, or `run`.
enum Command: String, CaseIterable {
  case run, compile, inspect, completions, manual

  /// One sentence.
  var summary: String {
    switch self {
    case .run: "Runs a WebAssembly module that opens its own sockets."
    case .compile: "Compiles a module ahead of time, for starts without compiling."
    case .inspect: "Tells what a module imports, exports and needs, and whether it can be run."
    case .completions: "Writes the completions of a shell: bash, zsh or fish."
    case .manual: "Writes the manual page."
    }
  }

  /// The name of what it takes besides options; nil for nothing.
  var operand: String? {
    switch self {
    case .run, .compile, .inspect: "MODULE"
    case .completions: "SHELL"
    case .manual: nil
    }
  }

  /// Whether what follows `--` is the module's.
  var takesArguments: Bool { self == .run }

  var options: [Option] {
    switch self {
    case .run: Option.forRun
    case .compile: Option.forCompile
    case .inspect: Option.forInspect
    case .completions, .manual: []
    }
  }

  var synopsis: String {
    var words = ["wasm-serve", self == .run ? "[run]" : rawValue]
    if !options.isEmpty { words.append("[OPTION...]") }
    if let operand { words.append(operand) }
    if takesArguments { words.append("[-- ARGUMENT...]") }
    return words.joined(separator: " ")
  }

  /// What there is to know besides, in paragraphs.
  var discussion: [String] {
    switch self {
    case .run:
      [
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
      ]
    case .compile:
      [
        """
        The file holds the module and its native code. The code is used with --allow-precompiled, \
        when the file belongs to the user or to root, nobody else may write to it, and this is the \
        engine, the settings and the kind of processor that it was compiled for. In any other case the \
        module in it is compiled, and the log says why.
        """
      ]
    case .inspect:
      [
        """
        The status is 0 when this host can run the module, and 65 when it cannot; the last line \
        says why.
        """
      ]
    case .completions, .manual: []
    }
  }
}
