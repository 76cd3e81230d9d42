import HTTPCodec
import Memory
import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// What a page in the browser of somebody who reaches the admin port can do there: nothing.
struct AdminAccessTests {
  private func server(hosts: String = "") throws -> TestServer {
    try TestServer {
      $0.adminPort = TestServer.adminPort
      $0.adminHosts = ImmortalOctets(keeping: hosts)
    }
  }

  private func message(
    _ method: String, _ path: String, host: String, _ fields: [String] = [],
    version: String = "1.1"
  ) -> String {
    (["\(method) \(path) HTTP/\(version)", "Host: \(host)"] + fields)
      .joined(separator: "\r\n") + "\r\n\r\n"
  }

  @Test(
    "It goes by an address or localhost, which no DNS server can turn into another one",
    arguments: [
      ("127.0.0.1", true), ("127.0.0.1:9090", true), ("10.42.0.7:9090", true), ("[::1]", true),
      ("[::1]:9090", true), ("[fd00::7]:9090", true), ("localhost", true),
      ("LocalHost:9090", true), ("evil.example", false), ("evil.example:9090", false),
      ("localhost.evil.example", false), ("127.0.0.1.evil.example", false),
      ("127.0.0.1.:9090", false), ("2130706433", false), ("0x7f.0.0.1", false), ("127.1", false),
      ("[v1.a]:9090", false), ("a", false), ("xlocalhost", false), ("%6cocalhost", false),
    ] as [(String, Bool)])
  func hosts(host: String, passes: Bool) throws {
    let server = try server()
    for path in ["/", "/livez", "/readyz", "/metrics", "/nothing"] {
      let status = server.adminAnswer(message("GET", path, host: host)).status
      #expect((status == 403) == !passes, "\(path)")
    }
    #expect((server.adminAnswer(message("POST", "/drain", host: host)).status == 200) == passes)
  }

  @Test("ADMIN_HOSTS has other names")
  func otherNames() throws {
    let server = try server(hosts: "prometheus.example, Admin.internal")
    for host in ["prometheus.example:9090", "admin.INTERNAL", "127.0.0.1"] {
      #expect(server.adminAnswer(message("GET", "/metrics", host: host)).status == 200, "\(host)")
    }
    for host in ["example", "xprometheus.example", "prometheus.example.evil.example"] {
      #expect(server.adminAnswer(message("GET", "/metrics", host: host)).status == 403, "\(host)")
    }
  }

  @Test("An HTTP/1.0 client that sends no Host, as probes do, is answered")
  func withoutHost() throws {
    let server = try server()
    #expect(server.adminAnswer("GET /livez HTTP/1.0\r\n\r\n").status == 200)
    let foreign = "GET /livez HTTP/1.0\r\nOrigin: http://127.0.0.1\r\n\r\n"
    #expect(server.adminAnswer(foreign).status == 403)
  }

  @Test(
    "A page of another origin is refused, whatever it asks for and however",
    arguments: [
      ["Origin: https://evil.example"], ["Origin: null"], ["Origin:"],
      ["Origin: http://127.0.0.1:8080"], ["Origin: https://127.0.0.1:9090"],
      ["Origin: http://127.0.0.1:9090.evil.example"], ["Origin: http://localhost:9090"],
      ["Origin: http://127.0.0.1:9090", "Origin: https://evil.example"],
      ["Sec-Fetch-Site: cross-site"], ["Sec-Fetch-Site: same-site"], ["sec-fetch-site: anything"],
      ["Sec-Fetch-Site: same-origin", "Origin: https://evil.example"],
      ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"],
    ])
  func foreign(fields: [String]) throws {
    let server = try server()
    for (method, path) in [
      ("GET", "/"), ("GET", "/metrics"), ("HEAD", "/livez"), ("POST", "/drain"), ("GET", "/drain"),
      ("OPTIONS", "/drain"), ("OPTIONS", "*"),
    ] {
      let text = message(method, path, host: "127.0.0.1:9090", fields + ["Drain: now"])
      let reply = server.adminAnswer(text, method: method)
      #expect(reply.status == 403, "\(method) \(path)")
      #expect(reply["Access-Control-Allow-Origin"] == nil)
    }
    let probe = server.adminAnswer(message("GET", "/readyz", host: "127.0.0.1:9090"))
    #expect(probe.status == 200)
  }

  @Test(
    "Its own page, and who types its address, are answered",
    arguments: [
      ["Origin: http://localhost:9090"], ["Sec-Fetch-Site: none"],
      ["Sec-Fetch-Site: same-origin", "Origin: http://LOCALHOST:9090"],
    ])
  func own(fields: [String]) throws {
    let server = try server()
    #expect(server.adminAnswer(message("GET", "/", host: "localhost:9090", fields)).status == 200)
    let drain = message("POST", "/drain", host: "localhost:9090", fields)
    #expect(server.adminAnswer(drain).status == 200)
  }

  @Test("The public port goes by any name, and is for pages of other origins")
  func publicPort() throws {
    let fields = ["Origin: https://a.example", "Sec-Fetch-Site: cross-site"]
    #expect(try server().answer(message("GET", "/", host: "b.example", fields)).status == 200)
  }

  @Test("It listens on loopback unless ADMIN_HOST says otherwise, the public port everywhere")
  func loopback() throws {
    let server = try server()
    #expect(server.network.listeners.map(\.address.isIPv6) == [true, false])
    #expect(server.network.listeners[1].address.octets[0] == 127)
    let open = try TestServer {
      $0.adminPort = TestServer.adminPort
      $0.adminHost = nil
    }
    #expect(open.network.listeners.map(\.address.isIPv6) == [true, true])
  }

  @Test("ADMIN_HOST=* is every address: IPv4's where there is no IPv6")
  func everywhere() throws {
    let server = try TestServer(listening: false) {
      $0.adminPort = TestServer.adminPort
      $0.adminHost = nil
    }
    server.network.faults.listenIPv6 = .init(code: 97)
    try server.listen()
    #expect(server.network.listeners.map(\.address.octets[0]) == [0, 0])
    #expect(server.network.listeners.map(\.address.isIPv6) == [false, false])
  }
}
