import HTTPServer

// The content in a global variable.

nonisolated(unsafe) var content = Span<UInt8>()

@main
struct Service {
  static func main() {
    var router = Router()
    router.post { request, response in
      content = request.content  // escapes
    }
    Server.run(router)
  }
}
