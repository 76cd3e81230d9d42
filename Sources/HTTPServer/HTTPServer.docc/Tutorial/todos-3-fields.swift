import HTTPServer

struct Todo: JSONObject {
  var id = 0
  var title = ""
  var isDone = false

  mutating func fields(_ json: inout JSONCoder) {
    json("id", &id)
    json("title", &title, required: true)
    json("done", &isDone)
    json.check(!title.isEmpty, "title", "a title that is not empty")
  }
}

public func makeRoutes() -> Routes {
  let routes = Routes()
  routes.get("/todos/{id}") { context in
    guard let id = context.path("id", as: Int.self) else { return .notFound }
    return .json(Todo(id: id, title: "learn Swift"))
  }
  return routes
}
