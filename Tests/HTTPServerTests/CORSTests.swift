import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// The CORS protocol of the Fetch standard.
struct CORSTests {
  private func server(_ policy: String) throws -> TestServer {
    try TestServer { $0.allowedOrigins = AllowedOrigins(Array(policy.utf8).span) ?? .every }
  }

  private let preflight = [
    "Origin: https://a.example", "Access-Control-Request-Method: POST",
    "Access-Control-Request-Headers: content-type, x-other",
  ]

  @Test("* lets every page read every response, errors as well")
  func everyOrigin() throws {
    let server = try server("*")
    for text in [
      request("GET"), request("GET", "/", ["Origin: https://a.example"]), request("DELETE"),
      request("FOO"), "nonsense\r\n", request("POST", "/", ["Content-Length: 99999"]),
      request("OPTIONS", "/", preflight), request("GET", "/octets?99999"),
    ] {
      let reply = server.answer(text)
      #expect(reply["Access-Control-Allow-Origin"] == "*")
      #expect(reply["Vary"] == nil)
    }
  }

  @Test("Nothing lets no page of another origin read anything")
  func noOrigin() throws {
    let server = try server("")
    for text in [
      request("GET", "/", ["Origin: https://a.example"]), request("OPTIONS", "/", preflight),
      "nonsense\r\n",
    ] {
      let reply = server.answer(text)
      #expect(!reply.names.contains { $0.hasPrefix("Access-Control") || $0 == "Vary" })
    }
  }

  @Test(
    "An origin of the list is let in, and told so",
    arguments: [
      "https://a.example", "https://b.example,https://a.example , http://c:1", "https://a.example,",
      "HTTPS://A.Example", "https://a.example:443",
    ])
  func listed(policy: String) throws {
    let reply = try server(policy).answer(request("GET", "/", ["Origin: https://a.example"]))
    #expect(reply["Access-Control-Allow-Origin"] == "https://a.example")
    #expect(reply["Vary"] == "Origin")
  }

  @Test("A page of the list can read why its request was refused, once its fields were read")
  func listedRefused() throws {
    for fields in [
      ["Content-Length: 99999"], ["Transfer-Encoding: chunked"],
    ] {
      let text = request("POST", "/", ["Origin: https://a.example"] + fields) + "no chunk\r\n"
      let reply = try server("https://a.example").answer(text)
      #expect(reply.status >= 400)
      #expect(reply["Access-Control-Allow-Origin"] == "https://a.example")
      #expect(reply["Vary"] == "Origin")
      let other = try server("https://b.example").answer(text)
      #expect(other["Access-Control-Allow-Origin"] == nil)
    }
    // Its fields may be wrong themselves.
    let reply = try server("https://a.example").answer(
      "GET / HTTP/1.1\r\nOrigin: https://a.example\r\nbad line\r\n")
    #expect(reply.status == 400)
    #expect(reply["Access-Control-Allow-Origin"] == nil)
    #expect(reply["Vary"] == "Origin")
  }

  @Test("A page of the list can read that a response could not be made")
  func listedFailure() throws {
    let reply = try server("https://a.example").answer(
      request("GET", "/octets?9999999", ["Origin: https://a.example"]))
    #expect(reply.status == 500)
    #expect(reply["Access-Control-Allow-Origin"] == "https://a.example")
  }

  @Test(
    "Another origin is not let in, and caches know that it depends",
    arguments: [
      ["Origin: https://other.example"], ["Origin: http://a.example"], ["Origin: null"],
      ["Origin: https://a.example:8443"], ["Origin: https://a.example.other"], ["Origin:"],
      ["Origin: https://a.example, https://b.example"], ["Origin: *"], [],
    ])
  func refused(fields: [String]) throws {
    let server = try server("https://a.example, https://b.example")
    for method in ["GET", "DELETE", "OPTIONS"] {
      let reply = server.answer(
        request(method, "/", fields + ["Access-Control-Request-Method: POST"]))
      #expect(reply["Vary"] == "Origin")
      #expect(!reply.names.contains { $0.hasPrefix("Access-Control") })
    }
  }

  @Test(
    "A preflight is told methods, fields and for how long", arguments: ["*", "https://a.example"])
  func preflight(policy: String) throws {
    let reply = try server(policy).answer(request("OPTIONS", "/", preflight))
    #expect(reply.status == 204)
    #expect(reply["Access-Control-Allow-Origin"] == policy)
    #expect(reply["Access-Control-Allow-Methods"] == "GET, HEAD, POST, OPTIONS")
    #expect(reply["Access-Control-Allow-Headers"] == "content-type, x-other")
    #expect(reply["Access-Control-Max-Age"] == "600")
  }

  @Test(
    "What is no preflight is not answered as one",
    arguments: [
      ("GET", ["Origin: https://a.example", "Access-Control-Request-Method: POST"]),
      ("OPTIONS", ["Origin: https://a.example"]),
      ("OPTIONS", ["Access-Control-Request-Method: PUT"]),
    ])
  func noPreflight(method: String, fields: [String]) throws {
    let reply = try server("*").answer(request(method, "/", fields))
    #expect(reply["Access-Control-Allow-Methods"] == nil)
    #expect(reply["Access-Control-Max-Age"] == nil)
  }

  @Test(
    "A page may read what its request is called wherever it may read the response",
    arguments: ["*", "https://a.example"])
  func exposed(policy: String) throws {
    let server = try server(policy)
    let fields = ["Origin: https://a.example", "X-Request-Id: r-1"]
    for text in [
      request("GET", "/", fields), request("DELETE", "/", fields), request("FOO", "/", fields),
      request("OPTIONS", "/", fields), request("GET", "/octets?9999999", fields),
      request("POST", "/", fields + ["Content-Length: 99999"]),
      request("POST", "/", fields + ["Expect: x"]),
      request("POST", "/", fields + ["Transfer-Encoding: chunked"]) + "no chunk\r\n",
    ] {
      let reply = server.answer(text)
      #expect(reply["X-Request-Id"] == "r-1", "\(text)")
      #expect(reply["Access-Control-Expose-Headers"] == "Server, X-Request-Id", "\(text)")
    }
    #expect(server.answer(request("GET"))["Access-Control-Expose-Headers"] == nil)
    let preflight = server.answer(request("OPTIONS", "/", preflight + ["X-Request-Id: r-1"]))
    #expect(preflight["X-Request-Id"] == "r-1")
    #expect(preflight["Access-Control-Expose-Headers"] == nil)
  }

  @Test("The id of every request is exposed where an access log makes one", arguments: ["*", ""])
  func exposedMade(policy: String) throws {
    let server = try TestServer {
      $0.allowedOrigins = AllowedOrigins(Array(policy.utf8).span) ?? .every
      $0.accessLog = true
    }
    for text in [request("GET"), "nonsense\r\n"] {
      let reply = server.answer(text)
      #expect(reply["X-Request-Id"] != nil)
      #expect(
        reply["Access-Control-Expose-Headers"] == (policy == "*" ? "Server, X-Request-Id" : nil))
    }
  }

  @Test("A page that may not read the response is not told what it might read")
  func notExposed() throws {
    let fields = ["Origin: https://other.example", "X-Request-Id: r-1"]
    for policy in ["", "https://a.example"] {
      let reply = try server(policy).answer(request("GET", "/", fields))
      #expect(reply["X-Request-Id"] == "r-1")
      #expect(reply["Access-Control-Expose-Headers"] == nil)
    }
    let admin = try TestServer { $0.adminPort = TestServer.adminPort }
    let reply = admin.adminAnswer(request("GET", "/livez", fields))
    #expect(reply["Access-Control-Expose-Headers"] == nil)
  }

  @Test("A page of the Internet may reach a private network where its origin is allowed")
  func privateNetwork() throws {
    let asks = ["Access-Control-Request-Private-Network: true"]
    for policy in ["*", "https://a.example"] {
      let server = try server(policy)
      let name = "Access-Control-Allow-Private-Network"
      #expect(server.answer(request("OPTIONS", "/", preflight + asks))[name] == "true")
      #expect(server.answer(request("OPTIONS", "/", preflight))[name] == nil)
      for value in ["false", "", "TRUE", "1"] {
        let field = "Access-Control-Request-Private-Network: \(value)"
        #expect(server.answer(request("OPTIONS", "/", preflight + [field]))[name] == nil)
      }
      // What is no preflight has nothing to ask.
      let origin = ["Origin: https://a.example"] + asks
      #expect(server.answer(request("OPTIONS", "/", origin))[name] == nil)
      #expect(server.answer(request("GET", "/", origin))[name] == nil)
    }
    for policy in ["", "https://b.example"] {
      let reply = try server(policy).answer(request("OPTIONS", "/", preflight + asks))
      #expect(!reply.names.contains { $0.hasPrefix("Access-Control") })
    }
  }

  @Test("A preflight whose response has little room left is answered with whole lines")
  func littleRoom() throws {
    for length in 8050..<8192 {
      let routes = Routes()
      routes.use { context, response, next throws(HTTPError) in
        let octets = [UInt8](repeating: UInt8(ascii: "a"), count: length - "X: \r\n".utf8.count)
        response.addField("X", octets)
        try next(context, &response)
      }
      routes.get("/") { _, _ in }
      let server = try TestServer(routes: routes) { $0.allowedOrigins = .every }
      let reply = server.answer(request("OPTIONS", "/", preflight))
      #expect(reply.status == 204)
      for methods in reply.values(of: "Access-Control-Allow-Methods") {
        #expect(methods == "GET, HEAD, OPTIONS")
      }
    }
  }

  @Test("A preflight with more than fits is answered with whole lines")
  func largePreflight() throws {
    let server = try TestServer { $0.maxRequestSize = 20_000 }
    for length in [8000, 8100, 8120, 8140, 8150, 8160, 8170, 8180, 9000] {
      let names = String(repeating: "x", count: length)
      let reply = server.answer(
        request(
          "OPTIONS", "/",
          [
            "Origin: https://a.example", "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: \(names)", "X-Request-Id: r-1",
          ]))
      #expect(reply.status == 204)
      let allowed = reply["Access-Control-Allow-Headers"]
      #expect(allowed == nil || allowed == names)
      #expect(reply["X-Request-Id"] == nil || reply["X-Request-Id"] == "r-1")
    }
  }

  @Test("A preflight for a path that is not there is a 404")
  func unknownPath() throws {
    let server = try TestServer(routes: Routes())
    let reply = server.answer(request("OPTIONS", "/", preflight))
    #expect(reply.status == 404)
    #expect(reply["Access-Control-Allow-Methods"] == nil)
  }

  @Test("The fields of a request that is listed once or twice cannot make two of ours")
  func repeatedOrigin() throws {
    let reply = try server("https://a.example").answer(
      request("GET", "/", ["Origin: https://a.example", "Origin: https://b.example"]))
    #expect(reply.names.filter { $0 == "Access-Control-Allow-Origin" }.count <= 1)
  }
}
