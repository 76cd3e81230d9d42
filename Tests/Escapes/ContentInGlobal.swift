import HTTPCodec

// The content in a global variable.

struct Response {}

func serve(_ handler: @escaping (Request, inout Response) -> Void) {}

nonisolated(unsafe) var content = Span<UInt8>()

func run() {
  serve { request, response in
    content = request.content  // escapes
  }
}
