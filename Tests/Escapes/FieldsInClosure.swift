import HTTPServer

// The fields in a closure that is called later.

nonisolated(unsafe) var later: [() -> Void] = []

@main
struct Service {
  static func main() {
    var router = Router()
    router.post { request, response in
      let fields = request.fields
      later.append { _ = fields["authorization"] }  // escapes
    }
    Server.run(router)
  }
}
