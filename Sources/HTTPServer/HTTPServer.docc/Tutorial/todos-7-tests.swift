import App
import HTTPServerTesting
import Testing

struct TodoTests {
  let client = TestClient(makeRoutes())

  @Test("What is added can be read, changed and deleted")
  func life() {
    let reply = client.post("/todos", #"{"title":"milk"}"#, type: "application/json")
    #expect(reply.status == 201)
    #expect(reply["Location"] == "/todos/0")
    _ = client.patch("/todos/0", #"{"done":true}"#, type: "application/json")
    #expect(client.get("/todos/0").text == #"{"id":0,"title":"milk","done":true}"#)
    #expect(client.delete("/todos/0").status == 204)
    #expect(client.get("/todos/0").status == 404)
  }

  @Test("What is missing is named")
  func missing() {
    let reply = client.post("/todos", "{}", type: "application/json")
    #expect(reply.status == 422)
    #expect(reply.text.contains("/title: is missing"))
  }
}
