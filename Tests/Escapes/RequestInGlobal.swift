import HTTPCodec

// A request in a global variable.

struct Response {}

func serve(_ handler: @escaping (Request, inout Response) -> Void) {}

nonisolated(unsafe) var kept: Request?

func run() {
  serve { request, response in
    kept = request  // escapes
  }
}
