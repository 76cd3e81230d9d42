import Memory
import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// What a service sets in code, and what the environment makes of it.
struct ServerDefaultsTests {
  private static var routes: Routes {
    let routes = Routes()
    routes.get("/") { _, response in response.write("public") }
    routes.post("/photos", maxContent: 100_000) { _, response in response.write("photo") }
    routes.post("/notes") { _, response in response.write("note") }
    return routes
  }

  private func server(
    _ defaults: ServerDefaults = ServerDefaults(), _ environment: [String: String] = [:]
  ) throws -> TestServer {
    try TestServer(routes: Self.routes) { configuration in
      configuration.apply(defaults, for: Self.routes)
      let error = configuration.read { name in
        environment["\(name)"].map { ImmortalOctets(keeping: $0) }
      }
      #expect(error == nil)
    }
  }

  private func status(_ server: TestServer, _ path: String, octets: Int) -> Int {
    let content = String(repeating: "a", count: octets)
    return server.answer(request("POST", path, content: content)).status
  }

  @Test("A route that takes much raises no other route's limit")
  func limits() throws {
    let server = try server()
    #expect(status(server, "/photos", octets: 100_000) == 200)
    #expect(status(server, "/photos", octets: 100_001) == 413)
    #expect(status(server, "/notes", octets: 8192) == 200)
    #expect(status(server, "/notes", octets: 8193) == 413)
    #expect(status(server, "/none", octets: 8192) == 404)
    #expect(status(server, "/none", octets: 8193) == 413)
    #expect(status(server, "/", octets: 8193) == 413)
  }

  @Test("MAX_REQUEST_SIZE is for all routes, whatever they say")
  func operatorsLimit() throws {
    let larger = try server(ServerDefaults(), ["MAX_REQUEST_SIZE": "50K"])
    #expect(status(larger, "/notes", octets: 50_000) == 200)
    #expect(status(larger, "/photos", octets: 52_000) == 413)
  }

  @Test("Pages of other origins read a service's responses if it or the operator says so")
  func origins() throws {
    func allowed(_ server: TestServer) -> String? {
      let reply = server.answer(request("GET", "/", ["Origin: https://a.example"]))
      return reply["Access-Control-Allow-Origin"]
    }
    #expect(try allowed(server()) == nil)
    #expect(try allowed(server(ServerDefaults(allowsEveryOrigin: true))) == "*")
    let (name, origin) = ("CORS_ALLOW_ORIGIN", "https://a.example")
    #expect(try allowed(server(ServerDefaults(), [name: origin])) == origin)
    #expect(try allowed(server(ServerDefaults(), [name: "*"])) == "*")
    #expect(try allowed(server(ServerDefaults(allowsEveryOrigin: true), [name: ""])) == nil)
  }
}
