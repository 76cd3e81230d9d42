import HTTPCodec

// The fields in a closure that is called later.

struct Response { var later: () -> Void = {} }

func serve(_ handler: @escaping (Request, inout Response) -> Void) {}

func run() {
  serve { request, response in
    let fields = request.fields
    response.later = { _ = fields["authorization"] }  // escapes
  }
}
