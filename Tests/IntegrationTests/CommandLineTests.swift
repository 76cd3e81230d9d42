import Foundation
import ServerHarness
import Testing

/// The words of the command line: what they mean, and what is said about wrong ones.
struct CommandLineTests {
  private let wasmServe: WasmServe

  init() throws { wasmServe = try WasmServe() }

  @Test(
    "An unknown option is one line with the nearest known one",
    arguments: [
      (["--lisen", "1", "x"], "unknown option --lisen: did you mean --listen?"),
      (["--env-fiel=x", "x"], "unknown option --env-fiel: did you mean --env-file?"),
      (["--port", "80", "x"], "unknown option --port: did you mean --env PORT=...?"),
      (
        ["--access-log=on", "x"], "unknown option --access-log: did you mean --env ACCESS_LOG=...?"
      ),
      (["inspct", "x"], "there is no command 'inspct': did you mean inspect?"),
      (["--dry-run", "x"], "unknown option --dry-run: see wasm-serve --help"),
      (["-o", "y", "x"], "-o is an option of compile, not of run"),
      (["compile", "--env", "A=1", "x"], "--env is an option of run, not of compile"),
      (["--quiet=yes", "x"], "--quiet takes no value"),
      (["x", "--memory"], "--memory needs a value: --memory SIZE"),
      (["--workers", "0", "x"], "--workers '0': must be a number from 1 to 1024"),
      (
        ["--handler-timeout", "-1", "x"],
        "--handler-timeout '-1': must be seconds from 0 to 86400, as 2.5"
      ),
      (
        ["--handler-timeout", "nan", "x"],
        "--handler-timeout 'nan': must be seconds from 0 to 86400, as 2.5"
      ),
      (["manual", "x"], "manual takes no 'x'"),
      (["completions", "tcsh"], "SHELL 'tcsh': must be bash, zsh or fish"),
    ])
  func wrongWords(arguments: [String], message: String) throws {
    let result = try wasmServe.run(arguments)
    #expect(result.status == 64)
    #expect(result.errors == "wasm-serve: \(message)\n")
    #expect(result.output == "")
  }

  @Test("Values come after a blank or an equals sign, and the last one counts")
  func values() throws {
    for arguments in [
      ["--memory=64K", "--memory", "1G", wasmServe.module],
      ["run", wasmServe.module, "--memory=64K", "--memory=1G"],
    ] {
      let server = try wasmServe.start(
        arguments + ["--no-cache", "--env=PORT=0", "--env", "HOST=127.0.0.1"])
      try server.wait(for: " memory=1G ")
      server.signal(SIGTERM)
      #expect(try server.finish().status == 0)
    }
  }

  @Test("What follows -- is the module's, whatever it looks like")
  func moduleArguments() throws {
    let result = try wasmServe.run(
      "--no-cache", "--env", "PORT=none", wasmServe.module, "--", "--help", "--bogus", "x")
    // (the module itself does not mind arguments: it minds its port)
    #expect(result.status == 2)
  }

  @Test("Each command has its own help, and the manual page has all options of all of them")
  func help() throws {
    let manual = try wasmServe.run("manual")
    #expect(manual.status == 0)
    for (command, options) in [
      ("run", ["--env", "--listen", "--watch", "--quiet"]), ("compile", ["-o", "--output"]),
      ("inspect", ["--memory"]),
    ] {
      let help = try wasmServe.run(command, "--help")
      #expect(help.status == 0)
      #expect(help.output.contains("USAGE: wasm-serve "))
      for option in options {
        #expect(help.output.contains(" \(option)"), "\(command) \(option)")
        let escaped = option.replacingOccurrences(of: "-", with: "\\-")
        #expect(manual.output.contains(escaped), "\(command) \(option)")
      }
    }
    #expect(try wasmServe.run("compile", "--help").output.contains("--watch") == false)
  }

  @Test(
    "bash completes commands, options, and the values that are words",
    arguments: [
      (["insp"], ["inspect"]), (["--log"], ["--log-format"]), (["--log-format", "j"], ["json"]),
      (["compile", "--o"], ["--output"]), (["completions", ""], ["bash", "zsh", "fish"]),
      (["inspect", "--w"], []),
    ])
  func bash(words: [String], expected: [String]) throws {
    let script = try wasmServe.folder.write(
      Array(try wasmServe.run("completions", "bash").output.utf8), as: "bash")
    let result = try Program(
      "/bin/bash",
      [
        "-c",
        """
        . "$1" && shift && cd / && COMP_WORDS=(wasm-serve "$@") COMP_CWORD=$#
        _wasm_serve 2>/dev/null
        printf '%s\\n' "${COMPREPLY[@]}"
        """, "bash", script,
      ] + words
    ).finish()
    #expect(result.output.split(separator: "\n").map(String.init) == expected)
  }

  // MARK: The log

  @Test("The guest's log has the form of the host's, unless its own setting says otherwise")
  func logFormat() throws {
    let server = try ServerProcess(options: ["--log-format", "json"])
    server.program.signal(SIGTERM)
    let lines = try server.program.finish().errorLines
    #expect(lines.count > 2)
    for line in lines {
      #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any], "\(line)")
    }
    let other = try ServerProcess(
      settings: ["LOG_FORMAT": "text"], options: ["--log-format", "json"])
    #expect(other.program.text(of: .errors).contains("http_server: listening address="))
  }

  @Test(
    "The line of the start tells version, limits and the module, and each address is told"
  )
  func startLine() throws {
    let server = try ServerProcess(
      settings: ["ADMIN_PORT": "0"],
      options: ["--max-connections", "77", "--handler-timeout", "1.5", "--memory", "128M"])
    try server.program.wait(for: "listens on ")
    let log = server.program.text(of: .errors)
    let line = try #require(log.split(separator: "\n").first { $0.contains("listens on ") })
    for part in [
      "127.0.0.1:\(server.port)", " version=", " wasmtime=", " memory=128M", " connections=77",
      " handler_timeout_ms=1500",
      " drain_timeout_s=30", " workers=1",
      " module=\(try digest(of: wasmServe.module).prefix(12))",
    ] {
      #expect(line.contains(part), "\(part): \(line)")
    }
  }

  @Test("A further address is one further line, and a replacement has no new ones")
  func furtherAddress() throws {
    let server = try ServerProcess(
      settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "0"])
    server.program.signal(SIGHUP)
    try server.program.wait(in: .errors, for: "the new instance's admin port") { log in
      log.components(separatedBy: "http_server: admin port ").count == 3 ? true : nil
    }
    server.program.signal(SIGTERM)
    let lines = try server.program.finish().errorLines.filter { $0.contains("listens on ") }
    #expect(lines.count == 2)
    #expect(lines.last?.hasSuffix(":\(server.adminPort) too") == true)
  }

  private func digest(of file: String) throws -> String {
    try Program("/usr/bin/sha256sum", [file]).finish().output
  }
}
