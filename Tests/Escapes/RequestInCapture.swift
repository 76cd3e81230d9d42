import HTTPServer

// A request in a variable that all calls of the handler share.

@main
struct Service {
  static func main() {
    let routes = Routes()
    var last: Request?
    routes.post { context, response in
      last = context.request  // escapes
    }
    Server.run(routes)
  }
}
