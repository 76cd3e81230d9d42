import HTTPCodec

// A request in a closure that is called later.

struct Response { var later: () -> Void = {} }

func serve(_ handler: @escaping (Request, inout Response) -> Void) {}

func run() {
  serve { request, response in
    response.later = { _ = request.path }  // escapes
  }
}
