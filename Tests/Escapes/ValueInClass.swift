import HTTPCodec

// A field's value in an object.

struct Response {}

func serve(_ handler: @escaping (Request, inout Response) -> Void) {}

final class Store {
  var token: Span<UInt8>?  // error: the 'get' accessor cannot return a ~Escapable result
}

func run(store: Store) {
  serve { request, response in
    store.token = request.fields["authorization"]
  }
}
