import HTTPCodec

// The path, returned from the handler.

struct Response {}

func serve(_ handler: @escaping (Request, inout Response) -> Span<UInt8>) {}

func run() {
  serve { request, response in
    request.path
  }  // escapes
}
