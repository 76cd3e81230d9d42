import HTTPServer

/// A list of todos, as JSON: see README.md.
public func makeRoutes() -> Routes {
  let list = TodoList()
  let routes = Routes()
  let todos = routes.group("/todos", maxContent: 4096)

  todos.get("") { context, response throws(HTTPError) in
    let limit = try context.query("limit", default: 20)
    // (So many fit into a response, which has at most 32 KiB, whatever is escaped in their titles.)
    guard 1...20 ~= limit else { throw HTTPError(.badRequest, "limit: 1 to 20 was expected") }
    let isDone = try context.query("done", as: Bool.self)
    var found: [Todo] = []
    for todo in list.todos where found.count < limit {
      if let isDone, todo.isDone != isDone { continue }
      found.append(todo)
    }
    response.json(found)
  }

  todos.post("") { context, response throws(HTTPError) in
    let todo = try list.add(context.json(Todo.self))
    response.status = .created
    response.location("/todos/", id: Int64(todo.id))
    response.json(todo)
  }

  todos.get("/{id}") { context, response throws(HTTPError) in
    response.json(try todo(context, in: list))
  }

  // What the content does not name stays as it is.
  todos.patch("/{id}") { context, response throws(HTTPError) in
    let old = try todo(context, in: list)
    var new = old
    try context.json(into: &new)
    new.id = old.id
    list.replace(new)
    response.json(new)
  }

  todos.delete("/{id}") { context, response throws(HTTPError) in
    list.remove(try todo(context, in: list).id)
    response.status = .noContent
  }
  return routes
}

/// The todo that the path names.
private func todo(_ context: Context, in list: TodoList) throws(HTTPError) -> Todo {
  guard let id = context.path("id", as: Int.self), let todo = list.todo(id) else { throw .notFound }
  return todo
}
