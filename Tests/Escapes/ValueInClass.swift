import HTTPServer

// A field's value in an object.

final class Store {
  var token: Span<UInt8>?  // error: the 'get' accessor cannot return a ~Escapable result
}

@main
struct Service {
  static func main() {
    var router = Router()
    let store = Store()
    router.post { request, response in
      store.token = request.fields["authorization"]
    }
    Server.run(router)
  }
}
