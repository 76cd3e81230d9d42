import HTTPServerTesting
import HTTPService
import Testing

/// What a handler that throws `HTTPError` calls without translating other errors.
@Suite("What handlers read and write")
struct HandlerTests {
  private let routes = Routes()

  private let twoParts = """
    --b\r
    Content-Disposition: form-data; name="note"\r
    \r
    hello\r
    --b\r
    Content-Disposition: form-data; name="file"; filename="a.txt"\r
    \r
    octets\r
    --b--\r

    """

  private func post(_ content: String, type: String = "multipart/form-data; boundary=b")
    -> TestResponse
  {
    TestClient(routes).post("/", content, type: type)
  }

  @Test("The parts of a form come one after another")
  func parts() {
    routes.post("/") { context, response throws(HTTPError) in
      try context.forEachPart { part throws(HTTPError) in
        response.write(part.isFile ? "file " : "field ")
        response.write(part.content.count)
        response.write("\n")
      }
    }
    #expect(post(twoParts).text == "field 5\nfile 6\n")
    #expect(post("--b--\r\n").text == "")
  }

  @Test("A part that is malformed is a 400, and no more parts come")
  func malformedPart() {
    routes.post("/") { context, response throws(HTTPError) in
      try context.forEachPart { _ in response.addField("X-Part", "1") }
    }
    let reply = post(twoParts.replacing("filename=", with: "filename*="))
    #expect(reply.status == 400)
    #expect(reply.text.contains("part: filename and not filename* was expected, number 2"))
    #expect(reply.fields.filter { $0.name == "X-Part" }.count == 1)
    #expect(post("a=b", type: "text/plain").status == 400)
  }

  @Test("An error about a part ends the reading")
  func refusedPart() {
    routes.post("/") { context, _ throws(HTTPError) in
      try context.forEachPart { part throws(HTTPError) in
        if !part.isFile { throw HTTPError(.unprocessableContent, "files only") }
        Issue.record("the part behind the refused one is read")
      }
    }
    #expect(post(twoParts).status == 422)
  }

  @Test(
    "A value of a form may be missing, but not wrong",
    arguments: [("", 200, "none"), ("age=7", 200, "7"), ("age=x", 400, "age: an integer")])
  func optional(content: String, status: Int, text: String) {
    routes.post("/") { context, response throws(HTTPError) in
      if let age: Int = try context.form().optional("age") {
        response.write(age)
      } else {
        response.write("none")
      }
    }
    let reply = post(content, type: "application/x-www-form-urlencoded")
    #expect(reply.status == status)
    #expect(reply.text.contains(text))
  }

  @Test("A cookie that no client would take is the service's fault")
  func invalidCookie() {
    routes.post("/") { _, response throws(HTTPError) in
      let value: [UInt8] = Array("a;b".utf8)
      try response.setCookie("session", value.span)
    }
    let reply = post("")
    #expect(reply.status == 500)
    #expect(reply.text.contains("value of a cookie: visible ASCII without"))
    #expect(reply.cookie("session") == nil)
  }

  @Test("A test reads the cookie that a response sets")
  func cookie() {
    routes.post("/") { _, response throws(HTTPError) in
      let (first, second): ([UInt8], [UInt8]) = (Array("1".utf8), Array("2=".utf8))
      try response.setCookie("one", first.span)
      try response.setCookie("on", second.span)
    }
    let reply = post("")
    #expect(reply.cookie("one") == "1")
    #expect(reply.cookie("on") == "2=")
    #expect(reply.cookie("o") == nil)
  }

  @Test(
    "A parameter can be the key of a dictionary", arguments: [("a", 302), ("b", 404), ("%FF", 404)])
  func key(name: String, status: Int) {
    let links: [JSONText: JSONText] = ["a": JSONText(Array("https://a.example/".utf8))]
    routes.get("/{name}") { context, response throws(HTTPError) in
      guard let name = context.path("name", as: JSONText.self), let link = links[name] else {
        throw .notFound
      }
      response.addField("X-Link", link.octets)
      response.redirect(link.octets, .found)
    }
    let reply = TestClient(routes).get("/\(name)")
    #expect(reply.status == status)
    #expect(reply["Location"] == (status == 302 ? "https://a.example/" : nil))
    #expect(reply["X-Link"] == reply["Location"])
  }
}
