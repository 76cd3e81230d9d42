import HTTPServer
import HTTPService

/// A site of files that are embedded in the program: every one in Sources/Pages/Assets at its own path.
@main
struct Site {
  static func main() {
    var router = Router()
    router.get { request, response in
      let assets = Assets.embedded
      guard let asset = request.path == "/" ? assets["/index.html"] : assets[request.path] else {
        return response.fail(.notFound, "there is nothing at this path")
      }
      response.contentType = nil
      response.addField("Content-Type", asset.contentType)
      response.addField(
        "Cache-Control", asset.isImmutable ? "public, max-age=31536000, immutable" : "no-cache")
      response.write(asset.content)
    }
    Server.run(router)
  }
}
