import HTTPServer

// What a handler does with a request, and what must compile: reading it, passing it on, copying from it.

final class Store { var last: [UInt8] = [] }

func isAllowed(_ request: Request) -> Bool {
  guard let token = request.fields["authorization"] else { return false }
  return isSecret(token.trimmed)
}

func isSecret(_ token: Span<UInt8>) -> Bool { token == "secret" }

@main
struct Service {
  static func main() {
    let store = Store()
    let routes = Routes()
    routes.get("/last") { context, response in
      let last = store.last
      if let query = context.request.query, query == "all" { response.write(last.span) }
      // swift-format-ignore: ReplaceForEachWithForLoop
      context.request.fields.forEach { field in
        if field.name.equalsIgnoringCase("cookie") { response.write(field.value) }
      }
    }
    routes.post { context, response in
      guard isAllowed(context.request) else { return response.fail(.forbidden, "not allowed") }
      let content = context.request.content
      store.last = content.indices.map { content[$0] }
    }
    Server.run(routes)
  }
}
