import HTTPServer

// The path, returned by a function of the service.

func path(_ head: Request) -> Span<UInt8> {  // error: a function cannot return a ~Escapable result
  head.path
}

@main
struct Service {
  static func main() {
    var router = Router()
    router.get { request, response in
      response.write(path(request))
    }
    Server.run(router)
  }
}
