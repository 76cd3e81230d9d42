import HTTPServer

/// A service that can be made to fail: for the tests of what the host does then.
@main
struct FaultyService {
  /// Not a constant to the compiler, which would know how it ends.
  nonisolated(unsafe) static var depth = 0

  static func main() {
    var router = Router()
    router.get("/trap") { _, _ in fatalError() }
    router.get("/spin") { _, _ in
      while depth >= 0 { depth &+= depth & 1 }
    }
    router.get("/overflow") { _, response in
      response.write(Int64(recurse(1)))
    }
    router.get("/version") { _, response in
      response.write("first")
    }
    router.post { request, response in
      response.write("echo: ")
      response.write(request.content)
    }
    Server.run(router)
  }

  @inline(never)
  static func recurse(_ count: Int) -> Int {
    depth = count
    return count < 0 ? 0 : recurse(count + 1) + depth
  }
}
