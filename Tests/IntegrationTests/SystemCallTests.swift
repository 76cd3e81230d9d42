import Foundation
import ServerHarness
import Testing

/// What a request costs in system calls. Each is a tenth of its time.
struct SystemCallTests {
  private static let requests = 40

  /// How often the server has called what, while `body` ran, and in how many seconds.
  private func calls(
    during body: (ServerProcess) throws -> Void
  ) throws -> (calls: [String: Int], seconds: Int) {
    let strace = try #require(
      findOnPath("strace"), "strace is required (Debian package strace; install your system's)")
    let folder = try TemporaryFolder()
    let trace = folder.path + "/trace"
    let server = try ServerProcess(
      options: ["--workers", "1"], through: "exec \(strace) -D -f -qq -o \(trace) \"$@\"")
    try server.program.wait(for: "listens on")
    let watch = Stopwatch()
    try body(server)
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
    let seconds = Int(watch.seconds) + 1
    var lines: [Substring] = []
    try eventually("the trace is whole") {
      lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
      return lines.contains { $0.contains("exit_group(") || $0.contains("+++ exited") }
    }
    // From the first connection on. A call that another thread interrupts has a second line, "resumed".
    let first = try #require(lines.firstIndex { $0.contains("accept4(") })
    let names = lines[first...].filter { !$0.contains("resumed>") }.compactMap { line in
      line.split(separator: " ").dropFirst().first?.split(separator: "(").first.map(String.init)
    }
    return (Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +), seconds)
  }

  @Test("A request on a kept connection is one wait, one read and one write")
  func kept() throws {
    let (calls, seconds) = try calls { (server) throws in
      let client = try server.client()
      for _ in 0..<Self.requests { #expect(try client.get().status == 200) }
    }
    // (A few more in the drain.)
    let most = Self.requests + 10
    for name in ["recvfrom", "sendto"] { #expect(try #require(calls[name]) <= most, "\(name)") }
    // (And a tenth of a second after a request its figures are written for other workers.)
    #expect(try #require(calls["epoll_wait"]) <= most + 10 * seconds)
    #expect(calls["poll", default: 0] <= 10)
    #expect(calls["epoll_ctl", default: 0] <= 10)
  }

  @Test("Connections are accepted by one call each, and no option is set on them")
  func accepted() throws {
    let (calls, _) = try calls { (server) throws in
      for _ in 0..<Self.requests { #expect(try server.client().get().status == 200) }
    }
    // (Some find nothing: after connections in turns that followed each other.)
    #expect(try #require(calls["accept4"]) <= Self.requests * 4 / 3 + 10)
    #expect(calls["setsockopt", default: 0] <= 10)
    #expect(calls["epoll_ctl", default: 0] <= Self.requests + 10)
  }
}
