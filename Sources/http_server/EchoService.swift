import HTTPServer

/// The echo service: every path answers GET with a sentence and POST with what was posted.
@main
struct EchoService {
  static func main() {
    var router = Router()
    router.get { _, response in
      response.write("GET request processed successfully")
    }
    router.post { request, response in
      response.contentType = "text/plain"
      response.write("echo: ")
      response.write(request.content)
    }
    Server.run(router)
  }
}
