import Foundation
import ServerHarness
import Testing

/// Listening sockets that another process has opened and passes on (sd_listen_fds(3)): it keeps them,
/// and passes them on again at the next start.
struct InheritedSocketTests {
  /// Plays the other process, in Python: `sockets` makes what is passed on, `body` what is done.
  private func manage(
    _ sockets: String, names: String = "", settings: [String: String] = [:],
    options: [String] = ["--workers", "2"], _ body: String
  ) throws -> Program.Result {
    let script = """
      import fcntl, os, re, signal, socket, sys, tempfile, time
      \(sockets)
      def start():
        child = os.fork()
        if child: return child
        for place, passed in enumerate(sockets):
          os.dup2(passed.fileno(), 100 + place)
        for place in range(len(sockets)):
          os.dup2(100 + place, 3 + place)
          os.set_inheritable(3 + place, True)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(sockets)))
        if \(names.isEmpty ? "False" : "True"): os.environ["LISTEN_FDNAMES"] = "\(names)"
        port = str(sockets[0].getsockname()[1]) if sockets[0].family != socket.AF_UNIX else "0"
        os.execv(sys.argv[1], [word.replace("PORT=0", "PORT=" + port) for word in sys.argv[1:]])
      def connect(port, host="127.0.0.1"):
        client = socket.create_connection((host, port), timeout=60)
        client.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n")
        return client
      def answer(client):
        return client.makefile("rb").read().endswith(b"GET request processed successfully")
      def end(child):
        os.kill(child, signal.SIGTERM)
        return status(child)
      def status(child):
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
      \(body)
      """
    let folder = try TemporaryFolder()
    // (Swift's literal keeps the lines of the parts at the left.)
    let file = try folder.write(Array(script.utf8), as: "manager.py")
    let python = try #require(findOnPath("python3"))
    return try ServerProcess.start(
      .wasmServe, settings: settings, options: options, through: "exec \(python) \(file) \"$@\""
    ).finish(seconds: 120)
  }

  @Test("A socket serves over one start after the other, with who comes between two of them")
  func restarts() throws {
    let result = try manage(
      "sockets = [socket.create_server((\"127.0.0.1\", 0), backlog=7)]",
      """
      port = sockets[0].getsockname()[1]
      flags = fcntl.fcntl(sockets[0], fcntl.F_GETFL)
      early = connect(port)
      for round in range(4):
        child = start()
        print(answer(early), answer(connect(port)), end(child))
        early = connect(port)
        try: attached = sockets[0].getsockopt(socket.SOL_SOCKET, 26, 100)  # SO_GET_FILTER
        except OSError: attached = b""
        print(attached, fcntl.fcntl(sockets[0], fcntl.F_GETFL) == flags)
        # (The second figure of a listening socket's tcp_info is the length of its queue.)
        print(sockets[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)[28:32][0])
      """)
    let round = "True True 0\nb'' True\n7\n"
    #expect(result.output == String(repeating: round, count: 4), "\(result.errors)")
  }

  @Test(
    "A socket that is wider or narrower than the module's wish serves, when it has the port",
    arguments: ["127.0.0.1", "0.0.0.0", "::"], ["127.0.0.1", "0.0.0.0", "::"])
  func addresses(passed: String, wanted: String) throws {
    let family = passed == "::" ? "socket.AF_INET6" : "socket.AF_INET"
    let result = try manage(
      """
      sockets = [socket.create_server(
        ("\(passed)", 0), family=\(family), dualstack_ipv6=\(passed == "::" ? "True" : "False"))]
      """, settings: ["HOST": wanted],
      """
      port = sockets[0].getsockname()[1]
      for round in range(2):
        child = start()
        print(answer(connect(port)), end(child))
      """)
    #expect(result.output == "True 0\nTrue 0\n", "\(result.errors)")
  }

  @Test(
    "What the module does not listen on, or cannot, is an error that names it, and status 78",
    arguments: [
      (
        "socket.create_server((\"127.0.0.1\", 0)), socket.create_server((\"127.0.0.1\", 0))",
        "127.0.0.1:"
      ),
      (
        "socket.create_server((\"127.0.0.1\", 0)), socket.socket(socket.AF_UNIX)",
        "cannot be used: it is not a TCP socket"
      ),
      (
        "socket.create_server((\"127.0.0.1\", 0)), socket.socket(type=socket.SOCK_DGRAM)",
        "cannot be used: it is a datagram socket"
      ),
      ("socket.socket(), ", "cannot be used: it does not listen"),
      (
        "socket.create_server((\"127.0.0.1\", 0)), open(\"/dev/null\")",
        "cannot be used: it is not a socket"
      ),
    ])
  func unfit(sockets: String, reason: String) throws {
    let result = try manage(
      "sockets = [\(sockets)]", names: "web:second", "print(status(start()))")
    #expect(result.output == "78\n", "\(result.errors)")
    #expect(result.errors.contains(reason))
    let complaints = result.errorLines.filter { $0.hasPrefix("wasm-serve: ") }
    #expect(complaints.count == 1)
    #expect(complaints.first?.contains("'second' (descriptor 4)") == !sockets.hasSuffix(", "))
  }

  @Test("Sockets that are passed to another process are not this one's")
  func notMeant() throws {
    for variables in ["LISTEN_PID=1 LISTEN_FDS=1", "LISTEN_FDS=1", "LISTEN_PID=$$ LISTEN_FDS=x"] {
      let server = try ServerProcess(through: "\(variables) exec \"$@\"")
      #expect(try server.client().get().status == 200)
    }
  }

  @Test("Of services that start at once on one port exactly one serves", arguments: [1, 2])
  func simultaneous(workers: Int) throws {
    for _ in 0..<12 {
      let port = try TakenPort.freePort()
      let services = try (0..<3).map { _ in
        try ServerProcess.start(
          .wasmServe, settings: ["PORT": "\(port)"], options: ["--workers", "\(workers)"])
      }
      try eventually("two of them have ended") { services.count { $0.status != nil } == 2 }
      // The third goes on.
      usleep(100_000)
      let alive = services.filter { $0.status == nil }
      #expect(alive.count == 1)
      // (It has the port, and may not listen yet.)
      try eventually("the third answers") { (try? Client(port: port).get().status) == 200 }
      for service in services {
        service.signal(SIGTERM)
        let result = try service.finish()
        let serves = alive.contains { $0 === service }
        #expect(result.status == (serves ? 0 : 1))
        #expect(serves || result.errors.contains("address already in use"))
      }
    }
  }
}
