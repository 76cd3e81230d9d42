import HTTPServer

/// The echo service: every path answers GET with a sentence and POST with what was posted.
@main
struct EchoService {
  static func main() {
    let routes = Routes()
    routes.get { _, response in
      response.write("GET request processed successfully")
    }
    routes.post { context, response in
      response.contentType = "text/plain"
      response.write("echo: ")
      response.write(context.request.content)
    }
    Server.run(routes, defaults: ServerDefaults(allowsEveryOrigin: true))
  }
}
