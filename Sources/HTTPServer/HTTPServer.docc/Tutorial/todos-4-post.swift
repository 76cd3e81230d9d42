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

/// In the memory of this instance; the place of a todo is its id.
final class TodoList {
  var todos: [Todo] = []

  func add(_ new: Todo) throws(HTTPError) -> Todo {
    guard todos.count < 1000 else { throw HTTPError(.conflict, "the list is full") }
    var todo = new
    todo.id = todos.count
    todos.append(todo)
    return todo
  }
}

public func makeRoutes() -> Routes {
  let list = TodoList()
  let routes = Routes()
  routes.get("/todos/{id}") { context in
    guard let id = context.path("id", as: Int.self), list.todos.indices.contains(id) else {
      return .notFound
    }
    return .json(list.todos[id])
  }
  routes.post("/todos", maxContent: 4096) { context, response throws(HTTPError) in
    let todo = try list.add(context.json(Todo.self))
    response.status = .created
    response.location("/todos/", id: Int64(todo.id))
    response.json(todo)
  }
  return routes
}
