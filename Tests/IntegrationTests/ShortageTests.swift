import Foundation
import ServerHarness
import Testing

/// Near a limit of the system: what runs goes on when something new cannot fully start.
struct ShortageTests {
  private func limit(_ server: ServerProcess, _ limit: String) throws {
    let prlimit = try #require(findOnPath("prlimit"))
    let result = try Program(prlimit, ["--pid", "\(server.program.identifier)", limit]).finish()
    guard result.status == 0 else { throw TestFailure("prlimit \(limit): \(result.errors)") }
  }

  /// Reloads the module below a limit of the system.
  ///
  /// - Returns: whether it was replaced; else the old one goes on.
  private func reload(_ server: ServerProcess, below limit: String) throws -> Bool {
    let client = try server.client()
    #expect(try client.get().status == 200)
    let (replaced, kept) = ("is replaced", "the module is not replaced, the old one goes on")
    let before = (server.timesLogged(replaced), server.timesLogged(kept))
    try self.limit(server, limit)
    server.program.signal(SIGHUP)
    try eventually("the reload is settled") {
      (server.timesLogged(replaced), server.timesLogged(kept)) != before
    }
    // Whatever came of it, a client in the middle of its connection is answered.
    #expect(try client.get().status == 200)
    return server.timesLogged(replaced) > before.0
  }

  private func server(_ service: Service = .echo, through shell: String? = nil) throws
    -> ServerProcess
  {
    try ServerProcess(
      .wasmServe, service, settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "0"],
      options: ["--workers", "2"], through: shell)
  }

  @Test("With few descriptors left a reload replaces all of the module, or nothing")
  func descriptors() throws {
    let server = try server()
    try eventually("both listen") { server.timesLogged("http_server: listening") == 2 }
    let atRest = try server.usage()
    var outcomes: [Bool] = []
    for free in 1...14 {
      outcomes.append(try reload(server, below: "--nofile=\(atRest.descriptors + free):"))
      try limit(server, "--nofile=1000:")
      #expect(try server.client().get().status == 200, "with \(free) free")
      try eventually("nothing is left of the other one", seconds: 60) {
        let usage = try server.usage()
        return usage.threads == atRest.threads && usage.descriptors == atRest.descriptors
      }
    }
    // Both kinds of outcome have been tried.
    #expect(outcomes.first == false && outcomes.last == true)
    #expect(server.timesLogged("the system has no descriptor left") >= 3)
    #expect(server.timesLogged("the module is not replaced") == outcomes.count { !$0 })
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }

  @Test("With little address space left a reload replaces all of the module, or nothing")
  func memory() throws {
    let server = try server()
    try eventually("both listen") { server.timesLogged("http_server: listening") == 2 }
    var outcomes: [Bool] = []
    // An instance's memory takes 4 GiB of addresses.
    for mebibytes in [1, 100, 4000, 5000, 8000, 12_000] {
      let size = try String(
        contentsOfFile: "/proc/\(server.program.identifier)/statm", encoding: .utf8
      )
      .split(separator: " ").first.flatMap { Int($0) }
      let present = try #require(size) * Int(sysconf(Int32(_SC_PAGESIZE)))
      outcomes.append(try reload(server, below: "--as=\(present + mebibytes << 20):"))
      try limit(server, "--as=unlimited:")
      #expect(try server.client().get().status == 200, "with \(mebibytes) MiB")
      try eventually("the old instances have gone") {
        server.timesLogged("http_server: listening") - server.timesLogged("http_server: drained")
          == 2
      }
    }
    #expect(outcomes == [false, false, false, false, false, true])
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }

  @Test(
    "Without a thread for a worker there is no service: one line, and status 71", arguments: 1...3)
  func threads(most: Int) throws {
    let copy = try ProgramsForAll()
    let result = try Program(
      "/bin/sh",
      [
        "-c",
        "exec \(copy.asAnotherUser()) prlimit --nproc=\(most) \(copy.path)/wasm-serve --no-cache "
          + "--workers 3 --env PORT=0 --env HOST=127.0.0.1 \(copy.path)/http_server.wasm",
      ]
    ).finish()
    #expect(result.status == 71)
    #expect(result.errorLines.filter { $0.contains("wasm-serve:") }.count == 1)
    #expect(result.errors.contains("wasm-serve: the system has no thread left: "))
  }

  @Test("A successor that the system has no room for is tried until it has; its siblings serve")
  func successor() throws {
    let server = try server(.faulty)
    try eventually("both listen") { server.timesLogged("http_server: listening") == 2 }
    let clients = try (0..<32).map { _ in try server.client() }
    for client in clients { #expect(try client.get("/version").status == 200) }
    try limit(server, "--nofile=3:")
    try clients[0].send("GET /trap HTTP/1.1\r\nHost: a\r\n\r\n")
    try server.program.wait(for: "the module trapped")
    try server.program.wait(for: "has not started, it is tried again")
    let served = clients.dropFirst().filter { (try? $0.get("/version").status) == 200 }
    #expect(!served.isEmpty && served.count < clients.count - 1)
    try limit(server, "--nofile=1000:")
    try eventually("a successor serves") {
      server.timesLogged("http_server: listening") == 3
    }
    try eventually("there are two") { try server.metric("http_server_instances") == 2 }
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }
}
