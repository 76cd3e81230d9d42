import HTTPServer

/// A site of files that are embedded in the program: every one in Sources/Pages/Assets at its own path.
@main
struct Site {
  static func main() {
    let routes = Routes()
    routes.assets()
    Server.run(routes)
  }
}
