import App
import HTTPServerTesting
import Testing

struct TodoTests {
  private let client = TestClient(makeRoutes())

  private func add(_ content: String) -> TestResponse {
    client.post("/todos", content, type: "application/json")
  }

  private func change(_ path: String, _ content: String) -> TestResponse {
    client.patch(path, content, type: "application/json")
  }

  @Test("A todo is added, read, changed and deleted")
  func life() {
    let added = add(#"{"title":"buy milk","due":"2026-12-01T18:00:00+09:00"}"#)
    let json = #"{"id":1,"title":"buy milk","done":false,"due":"2026-12-01T09:00:00Z"}"#
    #expect(added.status == 201)
    #expect(added["Location"] == "/todos/1")
    #expect(added.text == json)
    #expect(client.get("/todos/1").text == json)
    #expect(
      change("/todos/1", #"{"done":true,"due":null,"id":7}"#).text
        == #"{"id":1,"title":"buy milk","done":true,"due":null}"#)
    #expect(client.delete("/todos/1").status == 204)
    #expect(client.get("/todos/1").status == 404)
    #expect(add(#"{"title":"again"}"#)["Location"] == "/todos/2", "ids are not used twice")
  }

  @Test(
    "What is wrong is told, with its place, and changes nothing",
    arguments: [
      ("{}", 422, "/title: is missing"), (#"{"title":1}"#, 422, "/title: a string was expected"),
      (#"{"title":""}"#, 422, "/title: a title that is not empty was expected"),
      (#"{"title":"a","due":"tomorrow"}"#, 422, "/due: a date and time"),
      (#"{"title":"a","done":1}"#, 422, "/done: "), (#"{"title":"#, 400, "was expected"),
    ])
  func refused(content: String, status: Int, detail: String) {
    _ = add(#"{"title":"first"}"#)
    let list = client.get("/todos").text
    // (A change may leave out what is there.)
    let replies = content == "{}" ? [add(content)] : [add(content), change("/todos/1", content)]
    for reply in replies {
      #expect(reply.status == status)
      #expect(reply["Content-Type"] == "application/problem+json")
      #expect(reply.text.contains(detail))
    }
    #expect(client.get("/todos").text == list)
  }

  @Test("A title has at most 200 octets, and the content at most 4096")
  func sizes() {
    func title(_ count: Int) -> String { String(repeating: "a", count: count) }
    #expect(add(#"{"title":"\#(title(200))"}"#).status == 201)
    #expect(add(#"{"title":"\#(title(201))"}"#).status == 422)
    #expect(add(#"{"title":"\#(title(4096))"}"#).status == 413)
  }

  @Test(
    "A query says how many, and which ones",
    arguments: [
      ("", ["milk", "café", "bread"]), ("?limit=2", ["milk", "café"]), ("?done=true", ["café"]),
      ("?done=false", ["milk", "bread"]), ("?limit=1&done=false", ["milk"]),
      ("?other=1", ["milk", "café", "bread"]),
    ])
  func query(query: String, titles: [String]) {
    for title in ["milk", "café", "bread"] { _ = add(#"{"title":"\#(title)"}"#) }
    _ = change("/todos/2", #"{"done":true}"#)
    let found = client.get("/todos\(query)").text
    #expect(
      found.split(separator: #""title":""#).dropFirst().map { $0.prefix { $0 != "\"" } }
        .elementsEqual(titles[...], by: ==))
  }

  @Test(
    "A query that means nothing is refused",
    arguments: ["limit=0", "limit=21", "limit=x", "done=yes"])
  func wrongQuery(query: String) {
    #expect(client.get("/todos?\(query)").status == 400)
  }

  @Test("The longest list is no larger than a response may be")
  func responseSize() {
    let title = String(repeating: #"\u0001"#, count: 200)
    for _ in 0..<30 { #expect(add(#"{"title":"\#(title)"}"#).status == 201) }
    #expect(client.get("/todos?limit=20").status == 200)
  }

  @Test("The list has an end")
  func full() {
    for _ in 0..<1000 { #expect(add(#"{"title":"a"}"#).status == 201) }
    #expect(add(#"{"title":"a"}"#).status == 409)
    _ = client.delete("/todos/500")
    #expect(add(#"{"title":"a"}"#).status == 201)
  }

  @Test("Only JSON is taken, and only methods that there are")
  func others() {
    #expect(client.post("/todos", #"{"title":"a"}"#, type: "text/plain").status == 415)
    let reply = client.put("/todos/1", "{}", type: "application/json")
    #expect(reply.status == 405)
    #expect(reply["Allow"]?.contains("PATCH") == true)
  }
}
