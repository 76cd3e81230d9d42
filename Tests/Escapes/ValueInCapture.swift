import HTTPServer

// A field's value in a variable that all calls of the handler share.

@main
struct Service {
  static func main() {
    var router = Router()
    var token: Span<UInt8>?
    router.post { request, response in
      token = request.fields["authorization"]  // escapes
    }
    Server.run(router)
  }
}
