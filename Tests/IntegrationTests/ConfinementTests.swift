import CLinux
import Foundation
import ServerHarness
import Testing

/// wasm-serve gives up what it does not need, and needs nothing of that in a whole life.
struct ConfinementTests {
  /// Of Landlock; 0 or less for a kernel without it.
  private static let version = confine_landlock_version()

  /// A field of /proc/PID/status.
  private func field(_ name: String, of path: String) throws -> String? {
    try String(contentsOfFile: "\(path)/status", encoding: .utf8).split(separator: "\n")
      .first { $0.hasPrefix("\(name):") }
      .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
  }

  @Test("Each thread is confined, of first and later instances, and the start line says so")
  func allThreads() throws {
    let server = try ServerProcess(
      .wasmServe, .faulty, options: ["--workers", "3", "--handler-timeout", "9"])
    try server.program.wait(for: "listens on")
    server.program.signal(SIGHUP)
    try server.program.wait(for: "is replaced")
    let expected =
      Self.version > 0 ? "no_new_privs,seccomp,landlock" : "no_new_privs,seccomp"
    #expect(server.program.text(of: .errors).contains(" confined=\(expected) "))
    let tasks = "/proc/\(server.program.identifier)/task"
    let threads = try FileManager.default.contentsOfDirectory(atPath: tasks)
    #expect(threads.count >= 5)
    // (One of them may have ended meanwhile.)
    var seen = 0
    for thread in threads {
      guard let privileges = try? field("NoNewPrivs", of: "\(tasks)/\(thread)"),
        let mode = try? field("Seccomp", of: "\(tasks)/\(thread)")
      else { continue }
      #expect(privileges == "1" && mode == "2", "thread \(thread)")
      seen += 1
    }
    #expect(seen >= 5)
  }

  @Test("--no-confine leaves all as it was")
  func switchedOff() throws {
    let server = try ServerProcess(options: ["--no-confine"])
    try server.program.wait(for: " confined=no ")
    for name in ["NoNewPrivs", "Seccomp", "Seccomp_filters"] {
      #expect(
        try field(name, of: "/proc/\(server.program.identifier)") == field(name, of: "/proc/self"))
    }
  }

  // MARK: A whole life

  /// Runs wasm-serve under strace(1), beside which it is a child of its own.
  private func tracing(into file: String) throws -> String {
    let strace = try #require(
      findOnPath("strace"), "strace is required (Debian package strace; install your system's)")
    return "exec \(strace) -D -f -qq -o \(file) \"$@\""
  }

  /// The calls since it was confined that were answered as a filter or Landlock does.
  private func denied(in file: String) throws -> [String] {
    var lines: ArraySlice<Substring> = []
    // The tracer writes what is left after the process has ended.
    try eventually("the trace is whole") {
      lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")[...]
      return lines.contains { $0.contains("exit_group(") || $0.contains("+++ exited") }
    }
    let start = try #require(lines.firstIndex { $0.contains("seccomp(SECCOMP_SET_MODE_FILTER") })
    return lines[start...].filter { line in
      if line.contains("clone3") { return false }
      return ["EPERM", "EACCES", "EAFNOSUPPORT"].contains { line.contains("= -1 \($0)") }
        || line.contains("= -1 ENOSYS") && line.contains("syscall_0x")
    }.map(String.init)
  }

  @Test("Nothing that is denied is asked for in a whole life: start, traps, replacements, drain")
  func wholeLife() throws {
    let folder = try TemporaryFolder()
    let module = folder.path + "/m.wasm"
    let bytes = try Data(contentsOf: URL(fileURLWithPath: Dist.file("faulty.wasm")))
    try bytes.write(to: URL(fileURLWithPath: module))
    // The first life compiles, the second has the code from the cache.
    for (life, cache) in ["miss", "hit"].enumerated() {
      let trace = "\(folder.path)/trace-\(life)"
      let server = try ServerProcess(
        .wasmServe, .faulty, module: module,
        settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "0"],
        options: [
          "--cache-dir", "\(folder.path)/cache", "--workers", "2", "--handler-timeout", "2",
          "--watch",
        ], through: tracing(into: trace))
      try server.program.wait(for: " cache=\(cache) ")
      let client = try server.client()
      #expect(try client.get("/version").status == 200)
      for (number, target) in ["/trap", "/overflow", "/spin"].enumerated() {
        _ = try? server.client().get(target)
        try eventually("\(target) traps") {
          server.timesLogged("the module trapped") == number + 1
        }
      }
      server.program.signal(SIGHUP)
      try eventually("replaced by signal") { server.timesLogged("is replaced") == 1 }
      // With another size, as a custom section that has no content.
      try
        (bytes + [0, UInt8(life + 2), UInt8(life + 1)] + [UInt8](repeating: 0x61, count: life + 1))
        .write(to: URL(fileURLWithPath: module), options: .atomic)
      try eventually("replaced by --watch") { server.timesLogged("is replaced") == 2 }
      try bytes.write(to: URL(fileURLWithPath: module), options: .atomic)
      try eventually("replaced again") { server.timesLogged("is replaced") == 3 }
      #expect(try server.client().get("/version").status == 200)
      server.program.signal(SIGTERM)
      #expect(try server.program.finish().status == 0)
      #expect(try denied(in: trace) == [])
    }
  }

  @Test("Nor by a guest that looks names up and connects")
  func lookups() throws {
    let folder = try TemporaryFolder()
    let server = try ServerProcess()
    for (host, grant) in [("localhost", "localhost:*"), ("127.0.0.1", "*:*")] {
      let trace = "\(folder.path)/trace-\(host)"
      let result = try Program(
        "/bin/sh",
        [
          "-c", tracing(into: trace), "sh", Dist.file("wasm-serve"), "--no-cache", "--workers", "1",
          "--quiet", "--allow-connect", grant, Dist.file("guests/client.wasm"), "--", host,
          "\(server.port)", "no request",
        ]
      ).finish()
      #expect(result.status == 0 && result.output.hasPrefix("HTTP/1.1 400 "), "\(result.errors)")
      #expect(try denied(in: trace) == [])
    }
  }

  // MARK: Replacements

  /// Ways in which a module's file is another one tomorrow, beside a rename in its folder (which
  /// ReplacementTests have).
  enum Layout: String, CaseIterable {
    /// releases/1/m.wasm by current -> releases/1.
    case releases
    /// m.wasm -> ..data/m.wasm by ..data -> ..1, as Kubernetes mounts a ConfigMap.
    case configMap
    /// m.wasm -> ../versions/1.wasm.
    case link
  }

  @Test(
    "A module that links lead to is read again where they lead then", arguments: Layout.allCases)
  func links(layout: Layout) throws {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    let bytes = try Data(contentsOf: URL(fileURLWithPath: Dist.file("http_server.wasm")))
    func put(_ path: String) throws {
      let url = URL(fileURLWithPath: "\(folder.path)/\(path)")
      try files.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try bytes.write(to: url)
    }
    func point(_ link: String, to target: String) throws {
      let path = "\(folder.path)/\(link)"
      try files.createSymbolicLink(atPath: path + ".new", withDestinationPath: target)
      guard rename(path + ".new", path) == 0 else { throw TestFailure("rename: \(errno)") }
    }
    let path: String
    let renew: () throws -> Void
    switch layout {
    case .releases:
      try put("releases/1/m.wasm")
      try point("current", to: "releases/1")
      path = "current/m.wasm"
      renew = {
        try put("releases/2/m.wasm")
        try point("current", to: "releases/2")
        try files.removeItem(atPath: "\(folder.path)/releases/1")
      }
    case .configMap:
      try put("mount/..1/m.wasm")
      try point("mount/..data", to: "..1")
      try point("mount/m.wasm", to: "..data/m.wasm")
      path = "mount/m.wasm"
      renew = {
        try put("mount/..2/m.wasm")
        try point("mount/..data", to: "..2")
        try files.removeItem(atPath: "\(folder.path)/mount/..1")
      }
    case .link:
      try put("versions/1.wasm")
      try put("served/none.wasm")
      try point("served/m.wasm", to: "../versions/1.wasm")
      path = "served/m.wasm"
      renew = {
        try put("versions/2.wasm")
        try point("served/m.wasm", to: "../versions/2.wasm")
      }
    }
    let server = try ServerProcess(module: "\(folder.path)/\(path)")
    try server.program.wait(for: "listens on")
    try renew()
    server.program.signal(SIGHUP)
    try server.program.wait(for: "replaced")
    #expect(server.timesLogged("is replaced") == 1, "\(server.program.text(of: .errors))")
    #expect(try server.client().get().status == 200)
  }

  @Test("A relative path is read again, wherever it is")
  func relative() throws {
    let folder = try TemporaryFolder()
    let file = URL(fileURLWithPath: "\(folder.path)/m.wasm")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: Dist.file("http_server.wasm")))
    try bytes.write(to: file)
    let server = try ServerProcess(module: "m.wasm", through: "cd \(folder.path) && exec \"$@\"")
    try server.program.wait(for: "listens on")
    try bytes.write(to: file, options: .atomic)
    server.program.signal(SIGHUP)
    try server.program.wait(for: "is replaced")
    #expect(try server.client().get().status == 200)
  }
}
