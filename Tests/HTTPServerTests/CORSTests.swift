import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// The CORS protocol of the Fetch standard.
struct CORSTests {
  private func server(_ policy: String) throws -> TestServer {
    try TestServer { $0.corsAllowOrigin = Octets(keeping: policy) }
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

  @Test("A preflight for a path that is not there is a 404")
  func unknownPath() throws {
    let server = try TestServer(router: Router())
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
