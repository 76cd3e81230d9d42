import Foundation
import ServerHarness
import Testing

/// What a server finds when it starts, and what it says of it.
struct StartTests {
  /// Asks over an address of either family; the answer's text.
  private func ask(_ host: String, _ port: UInt16) throws -> String {
    let script = """
      import socket, sys
      with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=60) as client:
        client.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n")
        print(client.makefile("rb").read().decode().rpartition("\\r\\n")[2], end="")
      """
    let python = try #require(findOnPath("python3"))
    return try Program(python, ["-c", script, host, "\(port)"]).finish().output
  }

  @Test(
    "Without HOST clients of both families are served",
    .enabled(if: GuestTests.hasInet6Loopback, "the machine has no ::1"),
    arguments: Flavour.available)
  func bothFamilies(flavour: Flavour) throws {
    let server = try ServerProcess(
      flavour, settings: ["HOST": "", "ADMIN_PORT": "0", "DRAIN_DELAY": "0", "ACCESS_LOG": "on"])
    let greeting = "GET request processed successfully"
    #expect(try ask("127.0.0.1", server.port) == greeting)
    #expect(try ask("::1", server.port) == greeting)
    #expect(server.program.text(of: .errors).contains("address=\"[::]:\(server.port)\""))
    #expect(try server.admin("/livez").status == 200)
    // An IPv4 client is one, whatever the socket's family.
    try server.program.wait(in: .output, for: "peer=\"[::1]:")
    try server.program.wait(in: .output, for: "peer=\"127.0.0.1:")
  }

  @Test(
    "Without IPv6, or without a grant for it, IPv4 is served and nothing complained of",
    arguments: ["unshare", "grant"])
  func withoutIPv6(how: String) throws {
    let port = try TakenPort.freePort()
    let server =
      how == "grant"
      ? try ServerProcess(
        settings: ["HOST": "", "PORT": "\(port)"], options: ["--listen", "0.0.0.0:\(port)"])
      : try ServerProcess(
        settings: ["HOST": ""],
        through: """
          exec unshare --net --map-root-user sh -c '
            echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; exec "$@"' sh "$@"
          """)
    if how == "grant" {
      #expect(try ask("127.0.0.1", port) == "GET request processed successfully")
    }
    server.program.signal(SIGTERM)
    let result = try server.program.finish()
    #expect(result.status == 0)
    #expect(!result.errors.contains("refused"), "\(result.errors)")
  }

  @Test("A port that needs privileges says so, and what to do", arguments: Flavour.ours)
  func privilegedPort(flavour: Flavour) throws {
    let copy = try ProgramsForAll()
    let command =
      flavour == .native
      ? "PORT=81 \(copy.asAnotherUser()) \(copy.path)/http_server"
      : "\(copy.asAnotherUser()) \(copy.path)/wasm-serve --no-cache --env PORT=81 "
        + "\(copy.path)/http_server.wasm"
    // In a network of its own, where 1024 is the first port for all.
    let own = try Program("/bin/sh", ["-c", "unshare --net sh -c '\(command)'"]).finish()
    #expect(own.status == 1)
    #expect(own.errorLines.count == 1)
    #expect(own.errors.contains("(PORT): permission denied (a port below 1024 needs privileges: "))
  }

  @Test(
    "Settings that do not fit into the module's memory end the start: no default stands in for them"
  )
  func environmentTooLarge() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      Array(
        "BIG=\(String(repeating: "x", count: 1_200_000))\nCORS_ALLOW_ORIGIN=https://a.example\n"
          .utf8),
      as: "variables")
    let result = try ServerProcess.start(
      .wasmServe, settings: [:], options: ["--memory", "1M", "--env-file", file]
    ).finish()
    #expect(result.status == 1)
    #expect(
      result.errorLines == [
        "http_server: the environment cannot be read: there is not enough memory for it"
      ])
    // With room for them they count.
    let server = try ServerProcess(options: ["--memory", "64M", "--env-file", file])
    let client = try server.client()
    try client.send("GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://b.example\r\n\r\n")
    #expect(try client.response().values("access-control-allow-origin").isEmpty)
  }

  @Test("Connections that could need more memory than there may be are a warning at the start")
  func memoryLimit() throws {
    let warning = "connections at their limits need more memory than there may be needed="
    let narrow = try ServerProcess(options: ["--memory", "16M"])
    try narrow.program.wait(for: "listens on")
    #expect(narrow.timesLogged(warning) == 1)
    #expect(narrow.timesLogged(" memory=\(16 << 20)") == 1)
    let wide = try ServerProcess()
    try wide.program.wait(for: "listens on")
    #expect(wide.timesLogged(warning) == 0)
  }

  @Test("A limit of descriptors that has no room for the connections is a warning at the start")
  func descriptorLimit() throws {
    let narrow = try ServerProcess(through: "ulimit -n 64; exec \"$@\"")
    try narrow.program.wait(for: "listens on")
    #expect(
      narrow.timesLogged("the limit of open descriptors is too low for all connections") == 1)
    let wide = try ServerProcess(
      settings: ["MAX_CONNECTIONS": "20"], through: "ulimit -n 64; exec \"$@\"")
    try wide.program.wait(for: "listens on")
    #expect(wide.timesLogged("the limit of open descriptors") == 0)
  }

  @Test("A worker that is stuck fails every probe, whichever worker is asked")
  func stuckWorker() throws {
    let server = try ServerProcess(
      .wasmServe, .faulty, settings: ["ADMIN_PORT": "0"], options: ["--workers", "2"])
    try eventually("both listen") { server.timesLogged("http_server: listening") == 2 }
    // Long idle is not stuck.
    sleep(1)
    #expect(try server.admin("/livez").status == 200)
    let spinning = try server.client()
    try spinning.send("GET /spin HTTP/1.1\r\nHost: a\r\n\r\n")
    // (A probe that meets the stuck worker's own socket has no answer at all.)
    func probe() -> Int? {
      guard let client = try? Client(port: server.adminPort) else { return nil }
      try? client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      return client.hasAnything(inMilliseconds: 1000) ? try? client.response().status : nil
    }
    try eventually("a probe is told", seconds: 60) { probe() == 503 }
    for _ in 0..<10 { #expect(probe() != 200) }
  }
}

/// The programs where another user may run them.
struct ProgramsForAll {
  private let folder: TemporaryFolder
  var path: String { folder.path }

  init() throws {
    folder = try TemporaryFolder()
    guard chmod(folder.path, 0o755) == 0 else { throw TestFailure("chmod: \(errno)") }
    // By another process: a program that this one has open for writing cannot be run, and what other
    // tests start may have it open as well.
    let files = try ["wasm-serve", "libwasmtime.so", "http_server.wasm", "http_server"].map(
      Dist.file)
    let result = try Program("/bin/cp", files + [folder.path]).finish()
    guard result.status == 0 else { throw TestFailure("cp: \(result.errors)") }
  }

  /// What makes a command another user's, who has no other process: root has more privileges, and
  /// fewer limits.
  func asAnotherUser() -> String {
    let user = 100_000 + Int.random(in: 0..<1_000_000)
    return geteuid() == 0 ? "setpriv --reuid=\(user) --regid=\(user) --clear-groups" : ""
  }
}
