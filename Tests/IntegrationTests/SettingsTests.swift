import Foundation
import ServerHarness
import Testing

/// Each setting of the environment takes effect. (Those of a drain: DrainTests.)
struct SettingsTests {
  @Test("HOST is the address that is listened on")
  func host() throws {
    let server = try ServerProcess(settings: ["HOST": "127.0.0.2"])
    #expect(try Client(port: server.port, host: "127.0.0.2").get().status == 200)
    #expect(throws: Client.ConnectionRefused.self) { try Client(port: server.port) }
    let named = try ServerProcess(settings: ["HOST": "localhost"])
    #expect(try named.client().get().status == 200)
  }

  @Test(
    "HOST may be an IPv6 address",
    .enabled(if: GuestTests.hasInet6Loopback, "the machine has no ::1"), arguments: Flavour.ours)
  func hostIPv6(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["HOST": "::1"])
    #expect(throws: Client.ConnectionRefused.self) { try server.client() }
    let log = server.program.text(of: .errors)
    #expect(log.contains("address=\"[") && log.contains("1]:\(server.port)\""))
  }

  @Test("PORT is the port that is listened on", arguments: Flavour.available)
  func port(flavour: Flavour) throws {
    let port = try TakenPort.freePort()
    let server = try ServerProcess(flavour, settings: ["PORT": "\(port)"])
    #expect(server.port == port)
    #expect(try server.client().get().status == 200)
  }

  @Test("A quick restart finds its port free", arguments: Flavour.ours)
  func restart(flavour: Flavour) throws {
    let port = try TakenPort.freePort()
    for _ in 0..<2 {
      let server = try ServerProcess(flavour, settings: ["PORT": "\(port)"])
      // It is the server that closes first: its side is what stays in TIME_WAIT.
      #expect(try server.client().get(fields: "Connection: close\r\n").status == 200)
      server.program.signal(SIGTERM)
      #expect(try server.program.finish().status == 0)
    }
  }

  @Test("An empty value is as good as none", arguments: Flavour.ours)
  func empty(flavour: Flavour) throws {
    let names = [
      "MAX_REQUEST_SIZE", "MAX_RESPONSE_SIZE", "BUFFER_SIZE", "MAX_CONNECTIONS",
      "KEEP_ALIVE_TIMEOUT",
      "REQUEST_TIMEOUT", "WRITE_TIMEOUT", "DRAIN_TIMEOUT", "DRAIN_DELAY", "LOG_LEVEL", "LOG_FORMAT",
      "ACCESS_LOG", "SERVER_HEADER", "TRUSTED_PROXIES", "ADMIN_HOST", "ADMIN_HOSTS",
      "CLIENT_ADDRESS_HEADER", "MAX_CONNECTIONS_PER_ADDRESS", "MAX_REQUESTS_PER_CONNECTION",
    ]
    let server = try ServerProcess(
      flavour, settings: Dictionary(uniqueKeysWithValues: names.map { ($0, "") }))
    let client = try server.client()
    #expect(try client.get().status == 200)
    try client.post(String(repeating: "x", count: 8192))
    #expect(try client.response().status == 413)

    // Without a port of one's own it is 1234, which may be taken here: then it is complained of.
    let program = try ServerProcess.start(
      flavour, settings: ["PORT": "", "HOST": "127.0.0.77", "ADMIN_PORT": ""])
    try program.wait(for: "127.0.0.77:1234")
    #expect(!program.text(of: .errors).contains("admin port"))
  }

  @Test("MAX_REQUEST_SIZE limits header section and content together", arguments: Flavour.ours)
  func maxRequestSize(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["MAX_REQUEST_SIZE": "100"])
    let client = try server.client()
    let request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 52\r\n\r\n"
    try #require(request.utf8.count == 48)
    #expect(try client.exchange(request + String(repeating: "x", count: 52)).status == 200)
    #expect(try client.exchange(request.replacing("52", with: "53")).status == 413)
  }

  @Test(
    "BUFFER_SIZE does not change what is answered", arguments: Flavour.ours, ["1", "17", "1048576"])
  func bufferSize(flavour: Flavour, size: String) throws {
    let server = try ServerProcess(flavour, settings: ["BUFFER_SIZE": size])
    let client = try server.client()
    let content = String(repeating: "0123456789", count: 300)
    for number in 0..<3 { try client.post("\(number) \(content)") }
    for number in 0..<3 { #expect(try client.response().text == "echo: \(number) \(content)") }
  }

  @Test("KEEP_ALIVE_TIMEOUT ends a connection without requests", arguments: Flavour.ours)
  func keepAliveTimeout(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["KEEP_ALIVE_TIMEOUT": "300ms"])
    let client = try server.client()
    let watch = Stopwatch()
    #expect(try client.get().status == 200)
    #expect(try client.readToEnd().isEmpty)
    #expect(watch.seconds >= 0.29)
  }

  @Test("REQUEST_TIMEOUT is not prolonged by more octets", arguments: Flavour.ours)
  func requestTimeout(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["REQUEST_TIMEOUT": "1"])
    let client = try server.client()
    try client.send("GET / HTTP/1.1\r\nX-Slow: ")
    var octets = 0
    while !client.hasAnything(inMilliseconds: 50) && octets < 400 {
      try client.send("x")
      octets += 1
    }
    #expect(try client.response().status == 408)
    #expect(octets < 400)
  }

  @Test("WRITE_TIMEOUT ends the connection of a client that does not read", arguments: Flavour.ours)
  func writeTimeout(flavour: Flavour) throws {
    let server = try ServerProcess(
      flavour, settings: ["WRITE_TIMEOUT": "300ms", "ADMIN_PORT": "0"])
    let client = try server.client(receiveBuffer: 4096)
    let sending = Background {
      let content = String(repeating: "w", count: 8000)
      // Ends when the server closes.
      while (try? client.post(content)) != nil {}
    }
    try eventually("the connection timed out") {
      try server.metric("http_connections_timed_out_total") == 1
    }
    try eventually("it is closed") { try server.metric("http_connections_open") == 0 }
    try sending.value()
  }

  @Test("The admin port is off unless it is set", arguments: Flavour.ours)
  func adminPort(flavour: Flavour) throws {
    let without = try ServerProcess(flavour)
    #expect(try without.client().get("/drain").text == "GET request processed successfully")
    #expect(try without.client().get("/metrics").text == "GET request processed successfully")
    #expect(!without.program.text(of: .errors).contains("admin port"))

    let server = try ServerProcess(flavour, settings: ["ADMIN_PORT": "0"])
    #expect(try server.admin("/livez").status == 200)
    #expect(try server.admin("/readyz").status == 200)
    #expect(try server.admin("/nothing").status == 404)
    #expect(try server.client().get("/readyz").text == "GET request processed successfully")
    let client = try server.client()
    for _ in 0..<3 { #expect(try client.get().status == 200) }
    #expect(try client.exchange("PUT / HTTP/1.1\r\nHost: a\r\n\r\n").status == 405)
    let metrics = try server.admin("/metrics")
    #expect(metrics["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    #expect(metrics.text.contains("http_requests_total{method=\"GET\",code=\"200\"} 4\n"))
    #expect(metrics.text.contains("http_requests_total{method=\"PUT\",code=\"405\"} 1\n"))
    #expect(metrics.text.contains("# TYPE http_requests_total counter\n"))
  }

  @Test("CORS_ALLOW_ORIGIN may be a list of origins", arguments: Flavour.ours)
  func corsList(flavour: Flavour) throws {
    let server = try ServerProcess(
      flavour, settings: ["CORS_ALLOW_ORIGIN": "HTTPS://A.example:443, https://b.example:8443"])
    let client = try server.client()
    for origin in ["https://a.example", "https://b.example:8443"] {
      let response = try client.get(fields: "Origin: \(origin)\r\n")
      #expect(response["access-control-allow-origin"] == origin)
      #expect(response["vary"]?.lowercased() == "origin")
    }
    for origin in ["https://c.example", "http://a.example", "https://a.example.evil", "null"] {
      let response = try client.get(fields: "Origin: \(origin)\r\n")
      #expect(response.status == 200)
      #expect(response.values("access-control-allow-origin").isEmpty)
      #expect(response["vary"]?.lowercased() == "origin")
    }
  }

  @Test("An empty CORS_ALLOW_ORIGIN allows no other origin", arguments: Flavour.ours)
  func corsOff(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["CORS_ALLOW_ORIGIN": ""])
    let client = try server.client()
    #expect(
      try client.get(fields: "Origin: https://a.example\r\n")
        .values("access-control-allow-origin").isEmpty)
    let preflight = try client.exchange(
      "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: https://a.example\r\n"
        + "Access-Control-Request-Method: POST\r\n\r\n")
    #expect(preflight.status == 204)
    #expect(!preflight.fields.contains { $0.name.lowercased().hasPrefix("access-control-") })
  }

  @Test("SERVER_HEADER is the Server field", arguments: Flavour.ours)
  func serverHeader(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["SERVER_HEADER": "test/1 (here)"])
    #expect(try server.client().get()["server"] == "test/1 (here)")
    #expect(try server.client().exchange("bad\r\n")["server"] == "test/1 (here)")
    #expect(try ServerProcess(flavour).client().get().values("server").isEmpty)
  }

  // MARK: Logs

  @Test("LOG_LEVEL leaves out what is less", arguments: Flavour.ours)
  func logLevel(flavour: Flavour) throws {
    let port = try TakenPort.freePort()
    let program = try ServerProcess.start(
      flavour, settings: ["PORT": "\(port)", "LOG_LEVEL": "error"],
      options: flavour == .wasmServe ? ["--quiet"] : [])
    try eventually("the server listens") { (try? Client(port: port).get().status) == 200 }
    program.signal(SIGTERM)
    let result = try program.finish()
    #expect(result.status == 0)
    #expect(result.errors == "")
  }

  @Test("LOG_FORMAT=json makes each line an object", arguments: Flavour.ours)
  func logFormat(flavour: Flavour) throws {
    let server = try ServerProcess(
      flavour, settings: ["LOG_FORMAT": "json", "ACCESS_LOG": "on"],
      options: flavour == .wasmServe ? ["--log-format", "json"] : [])
    #expect(try server.client().get("/%22quoted%22?\\u0000").status >= 200)
    #expect(try server.client().get("/plain").status == 200)
    #expect(try server.client().exchange("bad\r\n").status == 400)
    server.program.signal(SIGTERM)
    let result = try server.program.finish()
    func objects(_ text: String) throws -> [[String: Any]] {
      try text.split(separator: "\n").map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return try #require(object as? [String: Any], "\(line)")
      }
    }
    let log = try objects(result.errors).filter { $0["logger"] as? String == "http_server" }
    #expect(log.contains { $0["address"] as? String == "127.0.0.1:\(server.port)" })
    #expect(log.contains { $0["message"] as? String == "request refused" })
    #expect(log.allSatisfy { $0["level"] is String && $0["time"] is String })
    let access = try objects(result.output)
    #expect(access.contains { $0["target"] as? String == "/plain" })
  }

  @Test("ACCESS_LOG writes a line for each request to standard output", arguments: Flavour.ours)
  func accessLog(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["ACCESS_LOG": "on"])
    let client = try server.client()
    for number in 0..<20 { #expect(try client.get("/number/\(number)").status == 200) }
    try client.post("abc", "/echo")
    #expect(try client.response().status == 200)
    #expect(try client.exchange("PUT /no HTTP/1.1\r\nHost: a\r\n\r\n").status == 405)
    server.program.signal(SIGTERM)
    let lines = try server.program.finish().output.split(separator: "\n")
    #expect(lines.count == 22)
    for number in 0..<20 {
      #expect(
        lines[number].contains(
          "method=GET target=/number/\(number) route=/{path...} status=200 bytes=34 "))
      #expect(lines[number].contains("peer=\"127.0.0.1:"))
    }
    #expect(lines[20].contains("method=POST target=/echo route=/{path...} status=200 bytes=9 "))
    #expect(lines[21].contains("method=PUT target=/no route=/{path...} status=405 "))

    let silent = try ServerProcess(flavour)
    #expect(try silent.client().get().status == 200)
    silent.program.signal(SIGTERM)
    #expect(try silent.program.finish().output == "")
  }

  @Test(
    "An access line names the request, its trace and the client behind a trusted proxy",
    arguments: Flavour.ours)
  func accessLogOrigin(flavour: Flavour) throws {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    for (proxies, client) in [("127.0.0.0/8", "203.0.113.7"), ("10.0.0.0/8", nil)] {
      let server = try ServerProcess(
        flavour,
        settings: ["ACCESS_LOG": "on", "LOG_FORMAT": "json", "TRUSTED_PROXIES": proxies])
      let response = try server.client().exchange(
        "GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: r-1\r\nX-Forwarded-For: 1.1.1.1, 203.0.113.7\r\n"
          + "traceparent: 00-\(trace)-00f067aa0ba902b7-01\r\n\r\n")
      #expect(response["x-request-id"] == "r-1")
      let named = try server.client().get()["x-request-id"]
      server.program.signal(SIGTERM)
      let lines = try server.program.finish().output.split(separator: "\n").map { line in
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      }
      #expect(lines.count == 2)
      #expect(lines.first?["request_id"] as? String == "r-1")
      #expect(lines.first?["trace_id"] as? String == trace)
      #expect(lines.first?["client"] as? String == client)
      #expect((lines.first?["peer"] as? String)?.hasPrefix("127.0.0.1:") == true)
      #expect(lines.last?["request_id"] as? String == named)
      #expect(named?.count == 32)
    }
  }

  // MARK: What is no good

  @Test(
    "A bad value is one line that names it, and status 2",
    arguments: [
      ("PORT", "http"), ("PORT", "65536"), ("PORT", "-1"), ("PORT", "80 "), ("PORT", "1e3"),
      ("PORT", "0x50"), ("PORT", "99999999999999999999999"),
      ("PORT", String(repeating: "9", count: 9000)),
      ("PORT", "80\nHOST"), ("ADMIN_PORT", "on"), ("ADMIN_PORT", "70000"),
      ("HOST", "example.com"), ("HOST", "127.0.0"), ("HOST", "127.0.0.256"), ("HOST", "[::1]"),
      ("HOST", ":::1"), ("MAX_REQUEST_SIZE", "0"), ("MAX_REQUEST_SIZE", "8kB"),
      ("MAX_REQUEST_SIZE", "1073741825"), ("BUFFER_SIZE", "0"), ("BUFFER_SIZE", "-2048"),
      ("MAX_CONNECTIONS", "0"), ("MAX_CONNECTIONS", "1000001"), ("KEEP_ALIVE_TIMEOUT", "1m"),
      ("REQUEST_TIMEOUT", "ten"), ("WRITE_TIMEOUT", "ms"), ("DRAIN_TIMEOUT", "86401"),
      ("DRAIN_DELAY", "-1"), ("REQUEST_TIMEOUT", "1.5"), ("CORS_ALLOW_ORIGIN", "a.example"),
      ("CORS_ALLOW_ORIGIN", "https://a.example/"), ("CORS_ALLOW_ORIGIN", "https://a.example, *"),
      ("CORS_ALLOW_ORIGIN", "https://*.example.com"), ("CORS_ALLOW_ORIGIN", "null"),
      ("CORS_ALLOW_ORIGIN", "https://a.example https://b.example"),
      ("SERVER_HEADER", "a\tb\u{1}"), ("LOG_LEVEL", "loud"), ("LOG_FORMAT", "xml"),
      ("ACCESS_LOG", "yes"), ("TRUSTED_PROXIES", "10.0.0.0/33"), ("ADMIN_HOST", "a.example"),
      ("ADMIN_HOSTS", "a.example:9090"), ("CLIENT_ADDRESS_HEADER", "a, b"),
      ("MAX_CONNECTIONS_PER_ADDRESS", "many"), ("MAX_REQUESTS_PER_CONNECTION", "-1"),
    ])
  func badValue(name: String, value: String) throws {
    for flavour in Flavour.ours {
      let result = try ServerProcess.start(
        flavour, settings: [name: value], options: flavour == .wasmServe ? ["--quiet"] : []
      ).finish()
      #expect(result.status == 2, "\(flavour)")
      #expect(result.errorLines.count == 1, "\(flavour): \(result.errors.prefix(200))")
      #expect(result.errors.hasSuffix("\n"), "\(flavour)")
      #expect(result.errors.contains(name), "\(flavour)")
      // A line is no place for a value of any length, or for what is not printable.
      if value.count < 100 && !value.contains(where: { $0.isNewline || $0 < " " }) {
        #expect(result.errors.contains("\"\(value)\""), "\(flavour)")
      }
      #expect(result.output == "")
    }
  }

  @Test(
    "A port in use is one line that names the address and the setting, and status 1",
    arguments: Flavour.ours)
  func portInUse(flavour: Flavour) throws {
    let taken = try TakenPort()
    for name in ["PORT", "ADMIN_PORT"] {
      let result = try ServerProcess.start(
        flavour, settings: [name: "\(taken.port)", "LOG_LEVEL": "warn"],
        options: flavour == .wasmServe ? ["--quiet"] : []
      ).finish()
      #expect(result.status == 1)
      #expect(result.errorLines.count == 1)
      #expect(result.errors.contains("127.0.0.1:\(taken.port)"))
      #expect(result.errors.contains("(\(name))"))
      #expect(result.errors.contains("in use"))
    }
  }
}
