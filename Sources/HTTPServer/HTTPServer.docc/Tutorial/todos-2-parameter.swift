import HTTPServer

public func makeRoutes() -> Routes {
  let routes = Routes()
  routes.get("/") { _ in .text("todos are at /todos\n") }
  routes.get("/todos/{id}") { context in
    guard let id = context.path("id", as: Int.self) else { return .notFound }
    return .json(id)
  }
  return routes
}
