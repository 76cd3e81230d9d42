import Foundation
import ServerHarness
import Testing

/// Signals, at any time of a service's life.
struct SignalTests {
  @Test("SIGTERM while workers start is a drain like any other: status 0, and no complaint")
  func whileWorkersStart() throws {
    for round in 0..<40 {
      let server = try ServerProcess.start(
        .wasmServe, settings: ["ADMIN_PORT": round % 2 == 0 ? "" : "0", "DRAIN_DELAY": "0"],
        options: ["--workers", "4"])
      try server.wait(for: "http_server: listening")
      usleep(UInt32.random(in: 0...3000))
      server.signal(SIGTERM)
      let result = try server.finish()
      #expect(result.status == 0, "\(result.errors)")
      #expect(!result.errors.contains("cannot listen"), "\(result.errors)")
    }
  }

  @Test("SIGTERM does not wait for the compiler")
  func whileCompiling() throws {
    let (folder, path) = try bigModule()
    let cache = "\(folder.path)/cache"
    let server = try ServerProcess.start(
      .wasmServe, module: path, settings: [:], options: ["--cache-dir", cache],
      through: onOneProcessor)
    try eventually("the cache is there, and compiling begins") {
      FileManager.default.fileExists(atPath: cache)
    }
    usleep(100_000)
    server.signal(SIGTERM)
    #expect(try server.finish().status == 0)
    // Compiled code would have been kept.
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache).isEmpty)
  }

  @Test("While a new module is compiled the old one serves, and a drain does not wait")
  func whileReloading() throws {
    let folder = try TemporaryFolder()
    let module = try folder.write(
      Array(Data(contentsOf: URL(fileURLWithPath: Dist.file("http_server.wasm")))), as: "m.wasm")
    let cache = "\(folder.path)/cache"
    let server = try ServerProcess(
      module: module, options: ["--cache-dir", cache], through: onOneProcessor)
    let (other, big) = try bigModule()
    try FileManager.default.removeItem(atPath: module)
    try FileManager.default.moveItem(atPath: big, toPath: module)
    server.program.signal(SIGHUP)
    usleep(100_000)
    for _ in 0..<10 { #expect(try server.client().get().status == 200) }
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache).count == 1)
    withExtendedLifetime(other) {}
  }

  @Test("The newest module counts when it has changed while another one was compiled")
  func newestWish() throws {
    let folder = try TemporaryFolder()
    let module = "\(folder.path)/m.wasm"
    let echo = try Data(contentsOf: URL(fileURLWithPath: Dist.file("http_server.wasm")))
    let faulty = try Data(contentsOf: URL(fileURLWithPath: Dist.file("faulty.wasm")))
    try echo.write(to: URL(fileURLWithPath: module), options: .atomic)
    let server = try ServerProcess(module: module, through: onOneProcessor)
    let (other, big) = try bigModule(functions: 500)
    try Data(contentsOf: URL(fileURLWithPath: big)).write(
      to: URL(fileURLWithPath: module), options: .atomic)
    server.program.signal(SIGHUP)
    usleep(100_000)
    try faulty.write(to: URL(fileURLWithPath: module), options: .atomic)
    server.program.signal(SIGHUP)
    try server.program.wait(for: "is replaced")
    try eventually("the newest one answers") {
      try server.client().get("/version").text == "first"
    }
    #expect(server.timesLogged("is not replaced") == 0)
    withExtendedLifetime(other) {}
  }

  @Test(
    "Signals that are not for the server do not end it", arguments: Flavour.ours,
    [SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF])
  func ignored(flavour: Flavour, signal: Int32) throws {
    let server = try ServerProcess(flavour)
    let client = try server.client()
    for _ in 0..<3 {
      server.program.signal(signal)
      #expect(try client.get().status == 200)
    }
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }

  @Test("A terminal that is closed takes its server with it, by a drain", arguments: Flavour.ours)
  func terminal(flavour: Flavour) throws {
    // The server is what a terminal runs. When it serves, the terminal is closed.
    let script = """
      import os, pty, re, sys
      child, terminal = pty.fork()
      if child == 0: os.execv(sys.argv[1], sys.argv[1:])
      text = b""
      while not re.search(rb"listening address", text): text += os.read(terminal, 4096)
      os.close(terminal)
      print("status", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
      """
    let folder = try TemporaryFolder()
    let file = try folder.write(Array(script.utf8), as: "terminal.py")
    let python = try #require(findOnPath("python3"))
    let result = try ServerProcess.start(
      flavour, settings: [:], through: "exec \(python) \(file) \"$@\""
    )
    .finish()
    #expect(result.output == "status 0\n")
  }

  @Test("With nohup a hang-up is no hang-up", arguments: Flavour.ours)
  func nohup(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, through: "trap '' HUP; exec \"$@\"")
    server.program.signal(SIGHUP)
    #expect(try server.client().get().status == 200)
    server.program.signal(SIGTERM)
    let result = try server.program.finish()
    #expect(result.status == 0)
    #expect(!result.errors.contains("is replaced"))
  }
}
