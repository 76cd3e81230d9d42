import HTTPServer

/// The service that conformance suites expect: a text and an exact echo at "/", nothing elsewhere.
@main
struct ConformanceService {
  static func main() {
    var router = Router()
    router.get("/") { _, response in
      response.write("conformance service")
    }
    router.post("/") { request, response in
      response.contentType = "application/octet-stream"
      response.write(request.content)
    }
    Server.run(router)
  }
}
