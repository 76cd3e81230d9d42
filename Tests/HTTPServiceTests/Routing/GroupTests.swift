import HTTPCodec
import HTTPServerTesting
import Testing

@testable import HTTPService

/// Prefixes, middleware and limits of groups.
struct GroupTests {
  private static func note(_ name: StaticString) -> Middleware {
    Middleware { context, response, next throws(HTTPError) in
      response.addField("X-Way", name)
      try next(context, &response)
    }
  }

  private static var client: TestClient {
    let routes = Routes()
    routes.get("/before") { _ in .text("before") }
    routes.use(note("all"))
    routes.get("/after") { _ in .text("after") }
    let api = routes.group("/api")
    api.use(note("one"), note("two"))
    api.get("/items/{id}") { context, response in
      if let id = context.parameter("id") { response.write(id) }
    }
    api.get("/fails") { _, _ throws(HTTPError) in throw HTTPError(.conflict, "no") }
    let user = api.group("/users/{user}")
    user.use(note("user"))
    user.get("/name") { context, response in
      if let user = context.parameter("user") { response.write(user) }
    }
    return TestClient(routes)
  }

  private func way(_ reply: TestResponse) -> [String] {
    reply.fields.filter { $0.name == "X-Way" }.map(\.value)
  }

  @Test(
    "Middleware stands around what is added behind it, that of a group inside that of its parent")
  func nesting() {
    #expect(way(Self.client.get("/before")) == [])
    #expect(way(Self.client.get("/after")) == ["all"])
    #expect(way(Self.client.get("/api/items/7")) == ["all", "one", "two"])
    #expect(Self.client.get("/api/items/7").text == "7")
    #expect(way(Self.client.get("/api/users/ann/name")) == ["all", "one", "two", "user"])
    #expect(Self.client.get("/api/users/ann/name").text == "ann")
  }

  @Test(
    "It sees errors, OPTIONS and methods that a path has not as well; that of all routes also what fits none"
  )
  func others() {
    #expect(way(Self.client.get("/api/fails")) == ["all", "one", "two"])
    #expect(Self.client.get("/api/fails").status == 409)
    #expect(way(Self.client.send("OPTIONS", "/api/items/7")) == ["all", "one", "two"])
    #expect(Self.client.send("PUT", "/api/items/7").status == 405)
    #expect(way(Self.client.send("PUT", "/api/items/7")) == ["all", "one", "two"])
    #expect(Self.client.get("/none").status == 404)
    #expect(way(Self.client.get("/none")) == ["all"])
    #expect(way(Self.client.send("BREW", "/none")) == ["all"])
  }

  @Test("A route may take as much as there is")
  func anySize() {
    let routes = Routes()
    routes.post("/", maxContent: .max) { context, response in
      response.write(context.request.content.count)
    }
    let client = TestClient(routes)
    #expect(client.post("/", String(repeating: "a", count: 100_000)).text == "100000")
  }

  @Test(
    "Middleware of a parent stands around what a group adds later, also a group that was made before"
  )
  func groupMadeBefore() {
    let routes = Routes()
    let api = routes.group("/api")
    let user = api.group("/users")
    user.use(Self.note("user"))
    api.get("/early") { _ in .text("early") }
    routes.use(Self.note("all"))
    api.use(Self.note("api"))
    api.get("/x") { _ in .text("x") }
    user.get("/ann") { _ in .text("ann") }
    let client = TestClient(routes)
    #expect(way(client.get("/api/early")) == [])
    #expect(way(client.get("/api/x")) == ["all", "api"])
    #expect(way(client.get("/api/users/ann")) == ["all", "api", "user"])
    #expect(way(client.post("/api/users/ann", "")) == ["all", "api", "user"])
  }

  @Test("Middleware can answer in a handler's place")
  func answers() {
    let routes = Routes()
    routes.use { context, response, next throws(HTTPError) in
      guard context.request.fields["x-key"] != nil else {
        throw HTTPError(.unauthorized, "who are you?")
      }
      try next(context, &response)
    }
    routes.get("/") { _ in .text("in") }
    #expect(TestClient(routes).get("/").status == 401)
    #expect(TestClient(routes).get("/", ["X-Key": "1"]).text == "in")
  }

  @Test("A limit of content is that of the route, or else of its group, and more is a 413")
  func limits() {
    let routes = Routes()
    let group = routes.group("/g", maxContent: 10)
    group.post("/ten") { _ in .text("ten") }
    group.get("/ten") { _ in .text("get ten") }
    group.post("/five", maxContent: 5) { _ in .text("five") }
    routes.post("/any") { _ in .text("any") }
    #expect(routes.maxContent == 10)
    let client = TestClient(routes)
    for (path, limit) in [("/g/ten", 10), ("/g/five", 5)] {
      #expect(client.post(path, String(repeating: "a", count: limit)).status == 200)
      #expect(client.post(path, String(repeating: "a", count: limit + 1)).status == 413)
    }
    #expect(client.post("/any", String(repeating: "a", count: 8000)).status == 200)
    #expect(client.post("/any", String(repeating: "a", count: 10_000)).status == 413)
    client.maxRequestSize = 20_000
    #expect(client.post("/any", String(repeating: "a", count: 10_000)).status == 200)
  }

  @Test("A route that takes much raises no other route's limit")
  func otherLimits() {
    let routes = Routes()
    routes.post("/photos", maxContent: 1 << 20) { _ in .text("photo") }
    routes.post("/any") { _ in .text("any") }
    let client = TestClient(routes)
    #expect(client.post("/photos", String(repeating: "a", count: 1 << 20)).status == 200)
    #expect(client.post("/any", String(repeating: "a", count: 8192)).status == 200)
    #expect(client.post("/any", String(repeating: "a", count: 8193)).status == 413)
  }

  @Test("What is wrong with a route of a group is told with its whole pattern")
  func fault() throws {
    let routes = Routes()
    routes.group("/api").get("/{") { _, _ in }
    #expect(try #require(routes.fault).pattern.text == "/api/{")
  }
}
