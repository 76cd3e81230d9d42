import HTTPCodec
import HTTPServerTesting
import Memory
import Testing

@testable import HTTPService

/// Which route answers, and what it finds in the path.
struct RoutingTests {
  /// Each answers with its pattern, and what its parameters are.
  private static func routes(_ patterns: [StaticString]) -> Routes {
    let routes = Routes()
    for pattern in patterns {
      routes.get(pattern) { context, response in
        response.write(pattern)
        for name: StaticString in ["id", "name", "path"] {
          guard let value = context.parameter(name) else { continue }
          response.write(" ")
          response.write(name)
          response.write("=")
          response.write(value)
        }
      }
    }
    return routes
  }

  private static let patterns: [StaticString] = [
    "/", "/todos", "/todos/{id}", "/todos/new", "/todos/{id}/items/{name}", "/to",
    "/files/{path...}",
    "/files/{name}/raw", "/files/index", "/café", "/a//b", "/{name}/last", "/x/{id}", "/x/{id}/y",
    "/xyz",
  ]

  @Test(
    "A literal segment goes before a parameter, and that before a rest, in whatever order they were added",
    arguments: [
      ("/", "/"), ("/todos", "/todos"), ("/todos/7", "/todos/{id} id=7"),
      ("/todos/new", "/todos/new"), ("/todos/newer", "/todos/{id} id=newer"),
      ("/todos/ne", "/todos/{id} id=ne"), ("/to", "/to"),
      ("/todos/7/items/a%20b", "/todos/{id}/items/{name} id=7 name=a%20b"),
      ("/files/", "/files/{path...} path="), ("/files/a/b/", "/files/{path...} path=a/b/"),
      ("/files//", "/files/{path...} path=/"), ("/files/a/raw", "/files/{name}/raw name=a"),
      ("/files/index", "/files/index"), ("/files/index/raw", "/files/{name}/raw name=index"),
      ("/files/a/rawer", "/files/{path...} path=a/rawer"), ("/a//b", "/a//b"),
      ("/q/last", "/{name}/last name=q"), ("/todos/last", "/todos/{id} id=last"),
      ("/x/last", "/x/{id} id=last"), ("/x/1/y", "/x/{id}/y id=1"), ("/xyz", "/xyz"),
      ("/todos?a=/b", "/todos"), ("http://localhost/todos/7?x", "/todos/{id} id=7"),
    ])
  func order(target: String, answer: String) {
    for patterns in [Self.patterns, Self.patterns.reversed()] {
      #expect(TestClient(Self.routes(patterns)).get(target).text == answer)
    }
  }

  @Test(
    "A path that fits no pattern is a 404",
    arguments: [
      "/todo", "/todos/", "/todos//items/a", "/todos/7/items/", "/todos/7/items", "/files", "/a/b",
      "/x/", "/x//y", "/last", "//last", "/xy", "/TODOS", "/todos%2F7",
    ])
  func notFound(target: String) {
    let reply = TestClient(Self.routes(Self.patterns)).get(target)
    #expect(reply.status == 404)
    #expect(reply["Content-Type"] == "application/problem+json")
  }

  @Test(
    "What a path has percent-encoded stands for itself, but an encoded slash separates nothing",
    arguments: [
      ("/%74odos", "/todos"), ("/t%6fd%6Fs/%37", "/todos/{id} id=%37"), ("/caf%C3%A9", "/café"),
      ("/caf%c3%a9", "/café"), ("/todos/a%2Fb", "/todos/{id} id=a%2Fb"),
      ("/files/%2e%2e/x", "/files/{path...} path=%2e%2e/x"), ("/%66iles/index", "/files/index"),
    ])
  func encoded(target: String, answer: String) {
    #expect(TestClient(Self.routes(Self.patterns)).get(target).text == answer)
  }

  @Test("Any number of routes gives each path its own", arguments: [1, 2, 20, 500])
  func many(count: Int) throws {
    var table = RouteTree()
    for number in 0..<count {
      let pattern = "/group\(number % 7)/item\(number)/{id}"
      let fault = table.add(
        Route(
          method: .get, pattern: ImmortalOctets(keeping: pattern), limits: RouteLimits(),
          handler: { (_: Context, _: inout Response) throws(HTTPError) in }))
      #expect(fault == nil)
    }
    for number in 0..<count {
      var others = RouteTree.OtherMethods()
      let path = Array("/group\(number % 7)/item\(number)/x".utf8)
      let found = table.route(.get, path.span, &others)
      #expect(found.map { $0.value.pattern.text } == "/group\(number % 7)/item\(number)/{id}")
      let missing = Array("/group\(number % 7)/item\(number)x/x".utf8)
      let none = table.route(.get, missing.span, &others)
      #expect(none.map { _ in true } == nil)
    }
  }

  @Test(
    "A pattern that is against the rule is told, with the first that is",
    arguments: [
      "", "todos", "/{id", "/id}", "/{}", "/{...}", "/a{id}", "/{id}b", "/{a}{b}", "/{a...}/b",
      "/{a...}b",
      "/%41", "/{%41}", "/{{a}}", "/a/{b}c/d",
    ] as [StaticString])
  func faults(pattern: StaticString) throws {
    let routes = Routes()
    routes.get("/fine") { _, _ in }
    routes.get(pattern) { _, _ in }
    routes.get("/{") { _, _ in }
    let fault = try #require(routes.fault)
    #expect(fault.pattern.text == "\(pattern)")
    #expect("\(fault.problem)".hasPrefix("a pattern begins with /"))
  }

  @Test("The same route twice is told, the same pattern with another method or name is not")
  func repeated() throws {
    let routes = Routes()
    routes.get("/a/{id}") { _, _ in }
    routes.post("/a/{id}") { _, _ in }
    routes.get("/a/{id}/b") { _, _ in }
    #expect(routes.fault == nil)
    routes.get("/a/{other}") { _, _ in }
    #expect(try #require(routes.fault).problem.description == "there is such a route already")
  }
}

/// What is answered where no handler is called.
struct FallbackTests {
  private static var client: TestClient {
    let routes = Routes()
    routes.get("/a") { _ in .text("get a") }
    routes.post("/a") { _ in .text("post a") }
    routes.delete("/a/{id}") { _ in .status(.noContent) }
    routes.put("/a/new") { _ in .text("put new") }
    routes.on(.options, "/own") { _ in .text("own") }
    return TestClient(routes)
  }

  @Test(
    "A method that a path has not is a 405 with those that it has",
    arguments: [
      ("PUT", "/a", "GET, HEAD, POST, OPTIONS"), ("GET", "/a/7", "DELETE, OPTIONS"),
      ("GET", "/a/new", "PUT, DELETE, OPTIONS"), ("GET", "/own", "OPTIONS"),
    ])
  func notAllowed(method: String, path: String, allow: String) {
    let reply = Self.client.send(method, path)
    #expect(reply.status == 405 && reply["Allow"] == allow)
    #expect(
      reply.text
        == #"{"title":"Method Not Allowed","status":405,"detail":"this resource has no such method"}"#
        + "\n")
  }

  @Test("A route for another method is found behind a better pattern without it")
  func behind() {
    #expect(Self.client.delete("/a/new").status == 204)
  }

  @Test("OPTIONS is answered from the routes, or by a route of its own")
  func options() {
    let reply = Self.client.send("OPTIONS", "/a")
    #expect(
      reply.status == 204 && reply["Allow"] == "GET, HEAD, POST, OPTIONS" && reply.content.isEmpty)
    #expect(Self.client.send("OPTIONS", "/own").text == "own")
    #expect(Self.client.send("OPTIONS", "/none").status == 404)
    #expect(Self.client.send("OPTIONS", "*")["Allow"] == "GET, HEAD, POST, PUT, DELETE, OPTIONS")
  }

  @Test("HEAD is answered by the handler of GET, without its content")
  func head() {
    let reply = Self.client.send("HEAD", "/a")
    #expect(reply.status == 200 && reply.content.isEmpty)
  }

  @Test("A method that is unknown is a 501, wherever")
  func unknown() {
    #expect(Self.client.send("BREW", "/a").status == 501)
    #expect(Self.client.send("BREW", "/none").status == 501)
  }
}
