import HTTPServer

// The content in a global variable.

nonisolated(unsafe) var content = Span<UInt8>()

@main
struct Service {
  static func main() {
    let routes = Routes()
    routes.post { context, response in
      content = context.request.content  // escapes
    }
    Server.run(routes)
  }
}
