import Foundation
import ServerHarness
import Testing

/// What the echo service answers, on every way to run it.
struct EchoServiceTests {
  // MARK: The three lines of the README

  @Test("curl gets what the README says", arguments: Flavour.available)
  func curl(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    guard let curl = findOnPath("curl") else { return }
    func run(_ arguments: String...) throws -> String {
      let url = "http://127.0.0.1:\(server.port)/"
      let result = try Program(curl, ["-sS", "--max-time", "60"] + arguments + [url]).finish()
      try #require(result.status == 0, "\(result.errors)")
      return result.output
    }
    #expect(try run() == "GET request processed successfully")
    #expect(
      try run("-X", "POST", "-H", "Content-Type: text/plain", "-d", "Hello World")
        == "echo: Hello World")
    #expect(try run("-d", "message=Hello%20World") == "echo: message=Hello%20World")
  }

  @Test("A raw client gets the same", arguments: Flavour.available)
  func raw(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let client = try server.client()
    let get = try client.get("/any/path?with=query")
    #expect(get.status == 200)
    #expect(get.text == "GET request processed successfully")
    #expect(get["content-type"] == "text/plain; charset=utf-8")
    try client.post("Hello World", "/somewhere")
    let echo = try client.response()
    #expect(echo.status == 200)
    #expect(echo.text == "echo: Hello World")
    #expect(echo["content-type"]?.hasPrefix("text/plain") == true)
    try client.post(
      "message=Hello%20World", fields: "Content-Type: application/x-www-form-urlencoded\r\n")
    #expect(try client.response().text == "echo: message=Hello%20World")
  }

  @Test("Every octet comes back unchanged", arguments: Flavour.available)
  func octets(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let client = try server.client()
    let content = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try client.send(Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1024\r\n\r\n".utf8))
    try client.send(content)
    #expect(try client.response().content == Array("echo: ".utf8) + content)
    try client.post("")
    #expect(try client.response().text == "echo: ")
  }

  // MARK: The table of behaviour

  @Test("HEAD is GET without content", arguments: Flavour.available)
  func head(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let client = try server.client()
    let head = try client.exchange("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", toHEAD: true)
    let get = try client.get()
    #expect(head.status == 200)
    #expect(head.content.isEmpty)
    #expect(head["content-length"] == "34")
    #expect(head["content-length"] == get["content-length"])
    #expect(head["content-type"] == get["content-type"])
  }

  @Test("OPTIONS tells the methods", arguments: Flavour.available)
  func options(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let client = try server.client()
    for target in ["/", "/a/b", "*"] {
      let response = try client.exchange("OPTIONS \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(response.status == 204)
      #expect(response.list("allow") == ["GET", "HEAD", "POST", "OPTIONS"])
      #expect(response.values("access-control-allow-methods").isEmpty)
    }
  }

  @Test("A preflight is allowed", arguments: Flavour.available)
  func preflight(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let client = try server.client()
    let response = try client.exchange(
      "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: https://page.example\r\n"
        + "Access-Control-Request-Method: POST\r\n"
        + "Access-Control-Request-Headers: content-type, x-token\r\n\r\n")
    #expect(response.status == 204)
    #expect(response["access-control-allow-origin"] == "*")
    #expect(response.list("access-control-allow-methods").isSuperset(of: ["GET", "POST"]))
    #expect(response.list("access-control-allow-headers") == ["content-type", "x-token"])
    let simple = try client.get(fields: "Origin: https://page.example\r\n")
    #expect(simple["access-control-allow-origin"] == "*")
  }

  @Test("A known method that is not offered is 405 with Allow", arguments: Flavour.available)
  func methodNotAllowed(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let client = try server.client()
    for method in ["PUT", "DELETE", "PATCH", "TRACE"] {
      let response = try client.exchange("\(method) / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(response.status == 405)
      #expect(response.list("allow") == ["GET", "HEAD", "POST", "OPTIONS"])
    }
    // The content of a request that is not allowed is not taken for another request.
    let response = try client.exchange(
      "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
    #expect(response.status == 405)
    #expect(try client.get().status == 200)
  }

  @Test("A method that nobody knows is 501", arguments: Flavour.available)
  func notImplemented(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    for method in ["BREW", "get", "PROPFIND", "X"] {
      let client = try server.client()
      #expect(try client.exchange("\(method) / HTTP/1.1\r\nHost: a\r\n\r\n").status == 501)
    }
  }

  @Test(
    "A malformed message is 400, with the reason in the body and in the log",
    arguments: Flavour.available)
  func badRequest(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    for request in [
      "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "GET /\r\n\r\n",
    ] {
      let client = try server.client()
      let response = try client.exchange(request)
      #expect(response.status == 400)
      #expect(response.closes)
      let reason = response.text.split(separator: "\n").first.map(String.init) ?? ""
      #expect(!reason.isEmpty)
      try server.program.wait(for: reason)
      #expect(try client.readToEnd().isEmpty)
    }
  }

  @Test("A target that is too large is 414, a header section 431", arguments: Flavour.available)
  func tooLargeHead(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let filler = String(repeating: "x", count: 9000)
    for (request, status) in [
      ("GET /\(filler) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
      ("GET /\(filler)", 414),
      ("GET / HTTP/1.1\r\nHost: a\r\nX-Filler: \(filler)\r\n\r\n", 431),
      ("GET / HTTP/1.1\r\nHost: a\r\nX-Filler: \(filler)", 431),
    ] {
      let client = try server.client()
      let response = try client.exchange(request)
      #expect(response.status == status)
      #expect(response.closes)
      #expect(try client.readToEnd().isEmpty)
    }
  }

  @Test(
    "A request that is too large is 413 before its content has come", arguments: Flavour.available)
  func tooLarge(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let head = "POST / HTTP/1.1\r\nHost: a\r\n"
    for request in [
      head + "Content-Length: 8192\r\n\r\n",
      head + "Content-Length: 99999999999999999999\r\n\r\n",
      head + "Transfer-Encoding: chunked\r\n\r\n2001",
      head + "Content-Length: 9000\r\nExpect: 100-continue\r\n\r\n",
    ] {
      let client = try server.client()
      let response = try client.exchange(request)
      #expect(response.status == 413)
      #expect(response.closes)
      #expect(try client.readToEnd().isEmpty)
    }
  }

  @Test("MAX_REQUEST_SIZE is the last octet that is accepted", arguments: Flavour.available)
  func largest(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8142\r\n\r\n"
    try #require(head.utf8.count == 50)
    let client = try server.client()
    let content = String(repeating: "y", count: 8142)
    #expect(try client.exchange(head + content).text == "echo: " + content)
    let larger = "POST / HTTP/1.1\r\nHost: ab\r\nContent-Length: 8142\r\n\r\n"
    #expect(try client.exchange(larger).status == 413)
  }

  @Test(
    "What is sent behind a refusal does not cost the client its response",
    arguments: Flavour.available)
  func refusalSurvives(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let client = try server.client()
    // The client goes on sending all of its content: a careless close would reset it.
    let content = String(repeating: "z", count: 200_000)
    try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n")
    try client.send(Array(content.utf8), inSegmentsOf: 5000)
    #expect(try client.response().status == 413)
    #expect(try client.readToEnd().isEmpty)
  }

  @Test("A request that is not complete in time is 408", arguments: Flavour.available)
  func requestTimeout(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["REQUEST_TIMEOUT": "300ms"])
    for request in [
      "GET / HTTP/1.1\r\nHo", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab",
    ] {
      let client = try server.client()
      let response = try client.exchange(request)
      #expect(response.status == 408)
      #expect(response.closes)
      #expect(try client.readToEnd().isEmpty)
    }
    // Who says nothing at all is owed no answer.
    #expect(try server.client().readToEnd().isEmpty)
  }

  // MARK: What every response has

  @Test("Every response has the Date and counts its content", arguments: Flavour.available)
  func commonFields(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "GMT")
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    for request in [
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n",
      "PUT / HTTP/1.1\r\nHost: a\r\n\r\n", "X / HTTP/1.1\r\nHost: a\r\n\r\n", "bad\r\n",
    ] {
      let response = try server.client().exchange(request)
      let date = try #require(response["date"])
      let time = try #require(formatter.date(from: date), "\(date)")
      #expect(formatter.string(from: time) == date)
      #expect(abs(time.timeIntervalSinceNow) < 15)
      // (The client has checked Content-Length against the content.)
    }
  }

  @Test("A connection stays open until one side says close", arguments: Flavour.available)
  func persistence(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let client = try server.client()
    for _ in 0..<100 { #expect(try !client.get().closes) }
    #expect(try client.get(fields: "Connection: close\r\n").closes)
    #expect(try client.readToEnd().isEmpty)
  }
}
