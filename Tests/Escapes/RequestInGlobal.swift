import HTTPServer

// A request in a global variable.

nonisolated(unsafe) var kept: Request?

@main
struct Service {
  static func main() {
    let routes = Routes()
    routes.post { context, response in
      kept = context.request  // escapes
    }
    Server.run(routes)
  }
}
