import HTTPServer

// A value of `forEach`, kept longer than the call.

@main
struct Service {
  static func main() {
    let routes = Routes()
    routes.get { context, response in
      var last = Span<UInt8>()
      // swift-format-ignore: ReplaceForEachWithForLoop
      context.request.fields.forEach { field in
        last = field.value
      }  // escapes
      response.write(last)
    }
    Server.run(routes)
  }
}
