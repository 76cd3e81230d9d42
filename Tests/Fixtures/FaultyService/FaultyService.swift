import HTTPServer

/// A service that can be made to fail: for the tests of what the host does then.
@main
struct FaultyService {
  /// Not a constant to the compiler, which would know how it ends. (A guest has one thread.)
  nonisolated(unsafe) static var depth = 0

  static func main() {
    let routes = Routes()
    routes.get("/trap") { _, _ in fatalError() }
    routes.get("/spin") { _, _ in
      while unsafe depth >= 0 { unsafe depth &+= depth & 1 }
    }
    routes.get("/overflow") { _, response in
      response.write(Int64(recurse(1)))
    }
    routes.get("/version") { _, response in
      response.write("first")
    }
    // As many octets as the client asks for, `/slice?5000`, however many it has sent.
    routes.post("/slice") { context, response in
      let count = Int(context.request.query?.decimal(upTo: 1_000_000) ?? 0)
      response.write(context.request.content.extracting(0..<count))
    }
    routes.post { context, response in
      response.write("echo: ")
      response.write(context.request.content)
    }
    Server.run(routes)
  }

  @inline(never)
  static func recurse(_ count: Int) -> Int {
    unsafe depth = count
    return unsafe count < 0 ? 0 : recurse(count + 1) + depth
  }
}
