import HTTPServer

// A field's value in a variable that all calls of the handler share.

@main
struct Service {
  static func main() {
    let routes = Routes()
    var token: Span<UInt8>?
    routes.post { context, response in
      token = context.request.fields["authorization"]  // escapes
    }
    Server.run(routes)
  }
}
