import HTTPServer

// A request in an object.

final class Store {
  var last: Request?  // error: the 'get' accessor cannot return a ~Escapable result
}

@main
struct Service {
  static func main() {
    let routes = Routes()
    let store = Store()
    routes.post { context, response in
      store.last = context.request
    }
    Server.run(routes)
  }
}
