import HTTPServer

// A request in a closure that is called later.

nonisolated(unsafe) var later: [() -> Void] = []

@main
struct Service {
  static func main() {
    let routes = Routes()
    routes.post { context, response in
      later.append { _ = context.request.path }  // escapes
    }
    Server.run(routes)
  }
}
