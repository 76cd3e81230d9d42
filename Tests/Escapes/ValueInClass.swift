import HTTPServer

// A field's value in an object.

final class Store {
  var token: Span<UInt8>?  // error: the 'get' accessor cannot return a ~Escapable result
}

@main
struct Service {
  static func main() {
    let routes = Routes()
    let store = Store()
    routes.post { context, response in
      store.token = context.request.fields["authorization"]
    }
    Server.run(routes)
  }
}
