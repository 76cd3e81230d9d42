import HTTPServer

// The path, returned by a function of the service.

func path(_ head: Request) -> Span<UInt8> {  // error: a function cannot return a ~Escapable result
  head.path
}

@main
struct Service {
  static func main() {
    let routes = Routes()
    routes.get { context, response in
      response.write(path(context.request))
    }
    Server.run(routes)
  }
}
