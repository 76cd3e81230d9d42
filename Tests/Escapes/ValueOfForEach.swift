import HTTPCodec

// A value of `forEach`, kept longer than the call.

struct Response {}

func serve(_ handler: @escaping (Request, inout Response) -> Void) {}

func run() {
  serve { request, response in
    var last = Span<UInt8>()
    // swift-format-ignore: ReplaceForEachWithForLoop
    request.fields.forEach { field in
      last = field.value
    }  // escapes
  }
}
