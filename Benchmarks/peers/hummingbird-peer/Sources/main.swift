// The echo service in Hummingbird, with one event loop.
// usage: hummingbird-peer PORT

import Hummingbird
import Logging
import NIOPosix

let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 0
var logger = Logger(label: "hummingbird-peer")
logger.logLevel = .error

func answer(_ content: ByteBuffer, type: String) -> Response {
  Response(
    status: .ok,
    headers: [.contentType: type, .accessControlAllowOrigin: "*"],
    body: .init(byteBuffer: content))
}

let router = Router()
router.get("/") { _, _ in
  answer(
    ByteBuffer(string: "GET request processed successfully"), type: "text/plain; charset=utf-8")
}
router.post("/") { request, _ in
  var content = ByteBuffer(string: "echo: ")
  content.writeImmutableBuffer(try await request.body.collect(upTo: 131_072))
  return answer(content, type: "text/plain")
}

let application = Application(
  router: router,
  configuration: .init(address: .hostname("127.0.0.1", port: port), backlog: 1024),
  eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)),
  logger: logger)
try await application.runService()
