import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

struct AdminTests {
  private func server() throws -> TestServer {
    try TestServer { $0.adminPort = TestServer.adminPort }
  }

  @Test("The server says that it lives and is ready", arguments: ["/livez", "/readyz"])
  func probes(path: String) throws {
    let server = try server()
    let reply = server.adminAnswer(request("GET", path))
    #expect(reply.status == 200)
    #expect(reply["Cache-Control"] == "no-store")
    let head = server.adminAnswer(request("HEAD", path), method: "HEAD")
    #expect(head.head == reply.head)
    #expect(server.adminAnswer(request("GET", path + "?verbose")).status == 200)
  }

  @Test("Probes that close, as the kubelet's do, are answered")
  func closing() throws {
    let server = try server()
    for _ in 0..<100 {
      let reply = server.adminAnswer(request("GET", "/readyz", ["Connection: close"]))
      #expect(reply.status == 200)
    }
  }

  @Test("The page for people has the figures without a script, and nothing from elsewhere")
  func statusPage() throws {
    let server = try server()
    for _ in 0..<3 { _ = server.answer(request("GET")) }
    _ = server.answer(request("DELETE"))
    let page = server.adminAnswer(request("GET", "/"))
    #expect(page.status == 200)
    #expect(page["Content-Type"] == "text/html; charset=utf-8")
    #expect(page["Content-Security-Policy"]?.hasPrefix("default-src 'none';") == true)
    let text = page.text
    #expect(text.hasPrefix("<!doctype html>"))
    #expect(!text.contains("://"))
    #expect(text.contains("<p class=ok>ready"))
    for row in ["Requests answered<td>4", "with 2xx<td>3", "with 4xx<td>1", "with 5xx<td>0"] {
      #expect(text.contains("<tr><td>\(row)\n"), "\(row)")
    }
    #expect(text.split(separator: "<main").count == 2)
    server.network.drainRequested = true
    server.run()
    #expect(server.adminAnswer(request("GET", "/")).text.contains("<p class=bad>draining"))
  }

  @Test(
    "There is nothing at other paths", arguments: ["/index.html", "/metrics/", "/Livez", "/drainn"])
  func unknownPath(path: String) throws {
    #expect(try server().adminAnswer(request("GET", path)).status == 404)
  }

  @Test("Other methods are a 405", arguments: ["POST", "PUT", "DELETE", "TRACE", "PATCH"])
  func methods(method: String) throws {
    let reply = try server().adminAnswer(request(method, "/readyz"))
    #expect(reply.status == 405)
    #expect(reply["Allow"]?.hasPrefix("GET, HEAD") == true)
    #expect(reply["Allow"]?.contains("POST") == false)
  }

  @Test("Allow does not list a method that is refused")
  func allow() throws {
    let server = try server()
    for path in ["/livez", "/drain"] {
      let reply = server.adminAnswer(request("PUT", path))
      let allowed = try #require(reply["Allow"]).split(separator: ", ").map(String.init)
      for method in allowed where path != "/drain" || method == "OPTIONS" {
        #expect(
          server.adminAnswer(request(method, path), method: method).status < 400,
          "\(method) \(path)")
      }
    }
  }

  @Test(
    "A drain begins with POST, or GET with a field of our own, and with nothing else",
    arguments: [
      ("POST", [], true), ("GET", ["Drain: now"], true), ("GET", ["drain:now"], true),
      ("GET", [], false), ("GET", ["Drain: no"], false), ("HEAD", [], false),
      ("HEAD", ["Drain: now"], false), ("PUT", ["Drain: now"], false), ("DELETE", [], false),
      ("OPTIONS", ["Drain: now"], false),
    ] as [(String, [String], Bool)])
  func drain(method: String, fields: [String], begins: Bool) throws {
    let server = try server()
    _ = server.adminAnswer(request(method, "/drain", fields), method: method)
    #expect(server.adminAnswer(request("GET", "/readyz")).status == (begins ? 503 : 200))
  }

  @Test("A plain GET of /drain says what to send instead")
  func plainDrain() throws {
    let reply = try server().adminAnswer(request("GET", "/drain"))
    #expect(reply.status == 403)
    #expect(reply.text == "to drain, send POST, or GET with the header field Drain: now\n")
  }

  @Test("The public port has none of it", arguments: ["/livez", "/readyz", "/metrics", "/drain"])
  func notPublic(path: String) throws {
    let server = try TestServer(routes: Routes()) { $0.adminPort = TestServer.adminPort }
    #expect(server.answer(request("GET", path)).status == 404)
    #expect(server.answer(request("POST", path)).status == 404)
    #expect(server.adminAnswer(request("GET", "/readyz")).status == 200)
  }

  @Test("No page of another origin may read what the admin port says")
  func noCORS() throws {
    let server = try server()
    for text in [request("GET", "/metrics", ["Origin: https://a.example"]), "nonsense\r\n"] {
      #expect(server.adminAnswer(text)["Access-Control-Allow-Origin"] == nil)
    }
  }

  @Test("There is no admin port unless it is set")
  func off() throws {
    #expect(try TestServer().network.listeners.map(\.port) == [TestServer.port])
  }

  @Test("The admin port answers when all public places are taken")
  func reachable() throws {
    let server = try server()
    let clients = (0..<20).map { _ in server.connect() }
    server.run()
    #expect(server.openConnections == 8)
    #expect(server.adminAnswer(request("GET", "/livez")).status == 200)
    #expect(clients[8].descriptor == -1)
  }

  @Test("Clients of the admin port take no public places, and have a limit of their own")
  func adminLimit() throws {
    let server = try server()
    let admins = (0..<17).map { _ in server.connectToAdmin() }
    for admin in admins { admin.send(request("GET", "/livez")) }
    server.run()
    #expect(admins.filter { !$0.received.isEmpty }.count == 16)
    let clients = (0..<8).map { _ in server.connect(sending: request("GET")) }
    #expect(clients.allSatisfy { $0.statuses == [200] })
    admins[0].finish()
    server.run()
    #expect(admins[16].statuses == [200])
  }
}
