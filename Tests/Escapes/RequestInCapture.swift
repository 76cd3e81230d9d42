import HTTPCodec

// A request in a variable that the handler shares with others.

struct Response {}

func serve(_ handler: @escaping (Request, inout Response) -> Void) {}

func run() {
  var last: Request?
  serve { request, response in
    last = request  // escapes
  }
}
