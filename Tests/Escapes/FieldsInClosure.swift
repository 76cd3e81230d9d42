import HTTPServer

// The fields in a closure that is called later.

nonisolated(unsafe) var later: [() -> Void] = []

@main
struct Service {
  static func main() {
    let routes = Routes()
    routes.post { context, response in
      let fields = context.request.fields
      later.append { _ = fields["authorization"] }  // escapes
    }
    Server.run(routes)
  }
}
