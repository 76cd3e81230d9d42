import HTTPServer

// A value of `forEach`, kept longer than the call.

@main
struct Service {
  static func main() {
    var router = Router()
    router.get { request, response in
      var last = Span<UInt8>()
      // swift-format-ignore: ReplaceForEachWithForLoop
      request.fields.forEach { field in
        last = field.value
      }  // escapes
      response.write(last)
    }
    Server.run(router)
  }
}
