import HTTPServer

/// A site of files that are embedded in the program: every one in Sources/Pages/Assets at its own path.
public func makeRoutes() -> Routes {
  let routes = Routes()
  routes.use(.securityHeaders())
  routes.assets()
  return routes
}
