import HTTPServer

public func makeRoutes() -> Routes {
  let routes = Routes()
  routes.get("/") { _ in .text("todos are at /todos\n") }
  return routes
}
