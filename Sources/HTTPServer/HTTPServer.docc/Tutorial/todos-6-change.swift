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

/// In the memory of this instance. An id is not used twice.
final class TodoList {
  var todos: [Todo] = []
  var nextID = 0

  func add(_ new: Todo) throws(HTTPError) -> Todo {
    guard todos.count < 1000 else { throw HTTPError(.conflict, "the list is full") }
    var todo = new
    todo.id = nextID
    nextID += 1
    todos.append(todo)
    return todo
  }

  func place(_ context: Context) throws(HTTPError) -> Int {
    guard let id = context.path("id", as: Int.self) else { throw .notFound }
    for place in todos.indices where todos[place].id == id { return place }
    throw .notFound
  }
}

public func makeRoutes() -> Routes {
  let list = TodoList()
  let routes = Routes()
  routes.get("/todos") { context, response throws(HTTPError) in
    let limit = try context.query("limit", default: 20)
    guard limit > 0 else { throw HTTPError(.badRequest, "limit: more than 0 was expected") }
    response.json(Array(list.todos.prefix(limit)))
  }
  routes.post("/todos", maxContent: 4096) { context, response throws(HTTPError) in
    let todo = try list.add(context.json(Todo.self))
    response.status = .created
    response.location("/todos/", id: Int64(todo.id))
    response.json(todo)
  }
  routes.get("/todos/{id}") { context, response throws(HTTPError) in
    response.json(list.todos[try list.place(context)])
  }
  routes.patch("/todos/{id}", maxContent: 4096) { context, response throws(HTTPError) in
    let place = try list.place(context)
    var todo = list.todos[place]
    try context.json(into: &todo)
    todo.id = list.todos[place].id
    list.todos[place] = todo
    response.json(todo)
  }
  routes.delete("/todos/{id}") { context, response throws(HTTPError) in
    list.todos.remove(at: try list.place(context))
    response.status = .noContent
  }
  return routes
}
