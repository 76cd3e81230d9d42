import HTTPServer

// A request in a variable that all calls of the handler share.

@main
struct Service {
  static func main() {
    var router = Router()
    var last: Request?
    router.post { request, response in
      last = request  // escapes
    }
    Server.run(router)
  }
}
