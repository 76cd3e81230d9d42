import HTTPCodec

// What a handler does with a request, and what must compile: reading it, passing it on, copying from it.

struct Response { var content: [UInt8] = [] }

func serve(_ handler: @escaping (Request, inout Response) -> Void) {}

final class Store { var last: [UInt8] = [] }

func isAllowed(_ request: Request) -> Bool {
  guard let token = request.fields["authorization"] else { return false }
  return isSecret(token.trimmed)
}

func isSecret(_ token: Span<UInt8>) -> Bool { token == "secret" }

func run(store: Store) {
  serve { request, response in
    if request.path == "/last" { response.content = store.last }
    if let query = request.query, query == "all" { response.content += [1] }
    // swift-format-ignore: ReplaceForEachWithForLoop
    request.fields.forEach { field in
      if field.name.equalsIgnoringCase("cookie") { response.content += [UInt8(field.value.count)] }
    }
    if isAllowed(request) {
      let content = request.content
      store.last = content.indices.map { content[$0] }
    }
  }
}
