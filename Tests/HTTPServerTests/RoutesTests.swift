import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

struct RoutesTests {
  private static func handler(_ name: StaticString) -> Handler {
    { _, response in response.write(name) }
  }

  static var routes: Routes {
    let routes = Routes()
    routes.get("/a", handler("get a"))
    routes.post("/a", handler("post a"))
    routes.post("/b", handler("post b"))
    routes.on(.delete, "/b", handler("delete b"))
    routes.on(.options, "/c", handler("options c"))
    routes.get("/c", handler("get c"))
    return routes
  }

  @Test(
    "The first route of the method and path answers",
    arguments: [
      ("GET", "/a", "get a"), ("GET", "/a?b=c", "get a"), ("GET", "http://a/a", "get a"),
      ("POST", "/a", "post a"), ("POST", "/b", "post b"), ("DELETE", "/b", "delete b"),
      ("OPTIONS", "/c", "options c"), ("GET", "https://server.example:1/c?", "get c"),
    ])
  func routes(method: String, target: String, text: String) throws {
    let reply = try TestServer(routes: Self.routes).answer(request(method, target))
    #expect(reply.status == 200 && reply.text == text)
  }

  @Test(
    "An unknown path is a 404",
    arguments: [
      "/", "/A", "/a/", "/a/b", "//a", "/%62x", "/%2fa", "/a;b", "/?/a", "http://a", "http://a/b/",
    ])
  func notFound(target: String) throws {
    let server = try TestServer(routes: Self.routes)
    for method in ["GET", "POST", "PUT"] {
      #expect(server.answer(request(method, target)).status == 404)
    }
  }

  @Test(
    "A method that the path has not is a 405 with those that it has",
    arguments: [
      ("PUT", "/a", "GET, HEAD, POST, OPTIONS"), ("DELETE", "/a", "GET, HEAD, POST, OPTIONS"),
      ("GET", "/b", "POST, DELETE, OPTIONS"), ("HEAD", "/b", "POST, DELETE, OPTIONS"),
      ("TRACE", "/b", "POST, DELETE, OPTIONS"), ("POST", "/c", "GET, HEAD, OPTIONS"),
    ])
  func notAllowed(method: String, path: String, allow: String) throws {
    let server = try TestServer(routes: Self.routes)
    let reply = server.answer(request(method, path), method: method)
    #expect(reply.status == 405)
    #expect(reply["Allow"] == allow)
  }

  @Test("OPTIONS tells the methods of the path, with no content")
  func options() throws {
    let server = try TestServer(routes: Self.routes)
    let reply = server.answer(request("OPTIONS", "/b"))
    #expect(reply.status == 204)
    #expect(reply["Allow"] == "POST, DELETE, OPTIONS")
    #expect(reply["Content-Length"] == nil)
    #expect(server.answer(request("OPTIONS", "/d")).status == 404)
  }

  @Test("OPTIONS * tells all methods", arguments: ["*", "http://server.example"])
  func optionsOfServer(target: String) throws {
    let reply = try TestServer(routes: Self.routes).answer(request("OPTIONS", target))
    #expect(reply.status == 204)
    #expect(reply["Allow"] == "GET, HEAD, POST, DELETE, OPTIONS")
  }

  @Test(
    "A method that nobody knows is a 501, wherever", arguments: ["FOO", "get", "Get", "PROPFIND"])
  func unknown(method: String) throws {
    let server = try TestServer(routes: Self.routes)
    for path in ["/a", "/nowhere"] {
      #expect(server.answer(request(method, path)).status == 501)
    }
  }

  @Test("CONNECT is a 405, and the connection is closed")
  func connect() throws {
    let client = try TestServer(routes: Self.routes).connect(sending: request("CONNECT", "a:443"))
    #expect(client.reply().status == 405)
    #expect(client.reply()["Allow"] == "GET, HEAD, POST, DELETE, OPTIONS")
    #expect(client.sawEnd)
  }

  @Test("A route without a path is for every path, behind those before it")
  func everyPath() throws {
    let routes = Routes()
    routes.get("/a", Self.handler("a"))
    routes.get("/{path...}", Self.handler("any"))
    let server = try TestServer(routes: routes)
    #expect(server.answer(request("GET", "/a")).text == "a")
    for target in ["/", "/b", "/a/", "http://a"] {
      #expect(server.answer(request("GET", target)).text == "any")
    }
  }

  @Test("A handler sees the request as it was sent")
  func requestParts() throws {
    let routes = Routes()
    routes.post { context, response in
      response.write(context.request.method.name)
      response.write(" ")
      response.write(context.request.path)
      response.write(" ")
      if let query = context.request.query { response.write(query) } else { response.write("none") }
      response.write(" ")
      if let field = context.request.fields["x-field"] {
        response.write(field)
      } else {
        response.write("none")
      }
      response.write(" ")
      response.write(context.request.content)
    }
    let server = try TestServer(routes: routes)
    let fields = ["X-Other: 1", "x-FIELD:  a b\t", "X-Field: 2"]
    #expect(
      server.answer(request("POST", "/%7Ea?b?c", fields, content: "x\0y")).text
        == "POST /%7Ea b?c a b x\0y")
    #expect(server.answer(request("POST", "/a", content: "")).text == "POST /a none none ")
    #expect(server.answer(request("POST", "/a?")).text == "POST /a  none ")
    #expect(server.answer(chunkedRequest(["ab", "cd"])).text == "POST / none none abcd")
  }
}
