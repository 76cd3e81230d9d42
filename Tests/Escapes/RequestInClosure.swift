import HTTPServer

// A request in a closure that is called later.

nonisolated(unsafe) var later: [() -> Void] = []

@main
struct Service {
  static func main() {
    var router = Router()
    router.post { request, response in
      later.append { _ = request.path }  // escapes
    }
    Server.run(router)
  }
}
