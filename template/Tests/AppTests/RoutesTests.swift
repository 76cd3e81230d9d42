import App
import HTTPServerTesting
import Testing

/// Requests go to the routes directly: no network, no module.
struct RoutesTests {
  private let client = TestClient(makeRoutes())

  @Test("The service says who it is")
  func greeting() {
    #expect(client.get("/").text == "Hello from my-service!\n")
  }

  @Test("A note that is added can be read")
  func notes() {
    let added = client.post("/notes", #"{"text":"buy milk"}"#, type: "application/json")
    #expect(added.status == 201)
    #expect(added["Location"] == "/notes/1")
    #expect(client.get("/notes/1").text == #"{"id":1,"text":"buy milk"}"#)
    #expect(client.get("/notes").text == #"[{"id":1,"text":"buy milk"}]"#)
  }

  @Test(
    "What is wrong with a note is told",
    arguments: [
      ("{}", 422, "/text: is missing"), (#"{"text":""}"#, 422, "/text: a text that is not empty"),
      (#"{"text":"#, 400, "expected"),
      (#"{"text":"\#(String(repeating: "a", count: 201))"}"#, 422, "/text: a text of at most 200"),
    ])
  func refused(content: String, status: Int, detail: String) {
    let reply = client.post("/notes", content, type: "application/json")
    #expect(reply.status == status)
    #expect(reply.text.contains(detail))
    #expect(client.get("/notes").text == "[]")
  }

  @Test("However long the notes are, all of them are a response")
  func full() {
    let text = String(repeating: #"\u0001"#, count: 200)
    let add = { client.post("/notes", #"{"text":"\#(text)"}"#, type: "application/json").status }
    for _ in 0..<20 { #expect(add() == 201) }
    #expect(add() == 409)
    #expect(client.get("/notes").status == 200)
  }

  @Test("There is nothing at other paths", arguments: ["/notes/1", "/notes/-1", "/notes/x", "/x"])
  func notFound(path: String) {
    #expect(client.get(path).status == 404)
  }
}
