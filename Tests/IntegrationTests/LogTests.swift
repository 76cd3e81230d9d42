import Foundation
import ServerHarness
import Testing

/// The log as its readers get it: whole lines, all of them or a line that says how many are missing.
struct LogTests {
  /// One object for each line, of which none is torn.
  private func objects(_ text: String) throws -> [[String: Any]] {
    try text.split(separator: "\n").map { line in
      guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      else { throw TestFailure("no JSON object: \(line)") }
      return object
    }
  }

  private let flood = String(
    repeating: "GET /\(String(repeating: "x", count: 150)) HTTP/1.1\r\nHost: a\r\n\r\n", count: 60)

  @Test(
    "Lines of several workers, of both streams and of the host are never torn, in a file and in a pipe",
    arguments: [false, true])
  func whole(isPipe: Bool) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/log"
    let port = try TakenPort.freePort()
    let server = try ServerProcess.start(
      .wasmServe, settings: ["PORT": "\(port)", "ACCESS_LOG": "on", "LOG_FORMAT": "json"],
      options: ["--workers", "3"],
      through: isPipe ? "exec \"$@\" >&2" : "exec \"$@\" >\(path) 2>&1")
    try eventually("it listens") { (try? Client(port: port)) != nil }
    let flood = flood
    let answered = try inParallel(6) { _ in
      var answered = 0
      for _ in 0..<25 {
        let client = try Client(port: port)
        try client.send(flood)
        for _ in 0..<60 { answered += try client.response().status == 200 ? 1 : 0 }
        client.close()
      }
      return answered
    }.reduce(0, +)
    #expect(answered == 6 * 25 * 60)
    // The host has something to say as well.
    func text() throws -> String {
      isPipe ? server.text(of: .errors) : try String(contentsOfFile: path, encoding: .utf8)
    }
    server.signal(SIGHUP)
    try eventually("it is replaced") { try text().contains("is replaced") }
    server.signal(SIGTERM)
    #expect(try server.finish().status == 0)
    let lines = try objects(text())
    let requests = lines.count { $0["message"] as? String == "request" }
    let lost = lines.reduce(0) { $0 + ($1["lines"] as? Int ?? 0) }
    #expect(requests + lost == answered, "\(requests) and \(lost) lost")
    // A file loses none.
    #expect(isPipe || lost == 0)
  }

  @Test("At the end a slow reader gets every line", arguments: Flavour.ours)
  func slowReader(flavour: Flavour) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/log"
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    try #require(reader >= 0)
    let server = try ServerProcess(
      flavour, settings: ["ACCESS_LOG": "on"], through: "exec \"$@\" >\(path)")
    let client = try server.client()
    // More than a pipe has room for, and less than that and the server's own.
    let requests = 300
    for _ in 0..<requests {
      #expect(try client.get("/\(String(repeating: "y", count: 150))").status == 200)
    }
    client.close()
    server.program.signal(SIGTERM)
    // The reader takes nothing while the server serves, and then a little at a time.
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(reader, &buffer, buffer.count)
      if count == 0 { break }
      if count > 0 { text += buffer[..<count] }
      usleep(5000)
    }
    close(reader)
    #expect(try server.program.finish().status == 0)
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == requests)
    #expect(lines.allSatisfy { $0.contains("access: request method=GET") })
  }

  @Test("A line of the access log has numbers, milliseconds, microseconds and the client's name")
  func fields() throws {
    let server = try ServerProcess(settings: ["ACCESS_LOG": "on", "LOG_FORMAT": "json"])
    let client = try server.client()
    try client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nUser-Agent: me \"1\"\u{7f}\r\nContent-Length: 2\r\n\r\na"
        .replacingOccurrences(of: "\u{7f}", with: ""))
    usleep(300_000)
    try client.send("b")
    #expect(try client.response().status == 200)
    let text = try server.program.wait(in: .output, for: "a line") { $0.contains("\n") ? $0 : nil }
    let line = try #require(try objects(text).first)
    #expect(line["status"] as? Int == 200)
    #expect(line["user_agent"] as? String == "me \"1\"")
    let duration = try #require(line["duration_us"] as? Int)
    #expect(duration >= 290_000 && duration < 60_000_000)
    let time = try #require(line["time"] as? String)
    #expect(time.wholeMatch(of: /[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z/) != nil)
    let start = try server.program.wait(in: .errors, for: "the start") { log in
      log.split(separator: "\n").first { $0.contains("listens on") }
    }
    let facts = try #require(try objects(String(start)).first)
    #expect(facts["workers"] as? Int == 1)
    #expect(facts["start_ms"] is Double || facts["start_ms"] is Int)
    #expect((facts["time"] as? String)?.wholeMatch(of: /[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z/) != nil)
  }

  @Test("Clients that are refused again and again do not fill the log", arguments: Flavour.ours)
  func refusals(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let watch = Stopwatch()
    for _ in 0..<300 { #expect(try server.client().exchange("nonsense\r\n\r\n").status == 400) }
    let seconds = watch.seconds
    let message = "more requests were refused than are logged one by one requests="
    try server.program.wait(for: message)
    usleep(1_100_000)
    server.program.signal(SIGTERM)
    let log = try server.program.finish().errors
    let single = log.components(separatedBy: "http_server: request refused").count - 1
    let told = log.matches(of: /logged one by one requests=([0-9]+)/).reduce(0) {
      $0 + (Int($1.1) ?? 0)
    }
    #expect(single + told == 300)
    // Ten in each second, of which one may have begun before, one end later, and one begin late on a busy machine.
    #expect(Double(single) <= 10 * (seconds + 3))
  }
}
