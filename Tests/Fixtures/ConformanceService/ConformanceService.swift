import HTTPServer

/// The service that conformance suites expect: a text and an exact echo at "/", nothing elsewhere.
@main
struct ConformanceService {
  static func main() {
    let routes = Routes()
    routes.get("/") { _, response in
      response.write("conformance service")
    }
    routes.post("/") { context, response in
      response.contentType = "application/octet-stream"
      response.write(context.request.content)
    }
    Server.run(routes)
  }
}
