import HTTPServer

// A request in a global variable.

nonisolated(unsafe) var kept: Request?

@main
struct Service {
  static func main() {
    var router = Router()
    router.post { request, response in
      kept = request  // escapes
    }
    Server.run(router)
  }
}
