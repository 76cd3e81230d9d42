import HTTPCodec

// A request in an object.

struct Response {}

func serve(_ handler: @escaping (Request, inout Response) -> Void) {}

final class Store {
  var last: Request?  // error: the 'get' accessor cannot return a ~Escapable result
}

func run(store: Store) {
  serve { request, response in
    store.last = request
  }
}
