import HTTPServer

// A request in an object.

final class Store {
  var last: Request?  // error: the 'get' accessor cannot return a ~Escapable result
}

@main
struct Service {
  static func main() {
    var router = Router()
    let store = Store()
    router.post { request, response in
      store.last = request
    }
    Server.run(router)
  }
}
