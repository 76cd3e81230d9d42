import HTTPServerTesting
import HTTPService
import Testing

/// Where a response says that something is.
struct LocationTests {
  private func answer(_ fill: @escaping (inout Response) -> Void) -> TestResponse {
    let routes = Routes()
    routes.get("/") { _, response in fill(&response) }
    return TestClient(routes).get("/")
  }

  @Test("A place is told by a literal, a text or octets, with any status")
  func redirect() {
    let id = 7
    let octets = Array("/c".utf8)
    for (reply, status, place) in [
      (answer { $0.redirect("/a") }, 303, "/a"),
      (answer { $0.redirect("/b/\(id)", .permanentRedirect) }, 308, "/b/7"),
      (answer { $0.redirect(octets.span, .temporaryRedirect) }, 307, "/c"),
      (answer { $0.location("/d/", id: Int64(id)) }, 200, "/d/7"),
      (answer { $0.location("/e/\(id)/f") }, 200, "/e/7/f"),
    ] {
      #expect(reply.status == status && reply["Location"] == place)
    }
    let routes = Routes()
    routes.get("/") { _ in .redirect("/a/\(id)") }
    routes.get("/b") { _ in .redirect("/c", .permanentRedirect) }
    let client = TestClient(routes)
    #expect(client.get("/").status == 303 && client.get("/")["Location"] == "/a/7")
    #expect(client.get("/b").status == 308 && client.get("/b")["Location"] == "/c")
  }

  @Test("A place that a client has a word in adds no field")
  func splitting() {
    let reply = answer { $0.redirect("/a\r\nSet-Cookie: b=c\r\n\r\n<html>\0") }
    #expect(reply["Set-Cookie"] == nil && reply.text == "")
    #expect(reply["Location"]?.hasPrefix("/a  Set-Cookie: b=c    <html>") == true)
  }

  @Test("Text is encoded for a target so that it is decoded to itself")
  func encoding() throws {
    #expect("a/b é?&=+%~-._".percentEncoded == "a%2Fb%20%C3%A9%3F%26%3D%2B%25~-._")
    #expect("".percentEncoded == "")
    let all = (0...255).map { UInt8($0) }
    let encoded = all.span.percentEncoded
    #expect(try encoded.span.percentDecoded(asText: false) == all)
    #expect(encoded.count == 66 + 3 * 190)
  }
}
