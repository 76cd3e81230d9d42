// The echo service in FlyingFox.
// usage: flyingfox-peer PORT

import FlyingFox
import FlyingSocks
import Foundation

let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 0
let server = HTTPServer(
  address: try .inet(ip4: "127.0.0.1", port: port), logger: .disabled)

func answer(_ content: Data, type: String) -> HTTPResponse {
  HTTPResponse(
    statusCode: .ok,
    headers: [.contentType: type, HTTPHeader("Access-Control-Allow-Origin"): "*"],
    body: content)
}

let text = Data("GET request processed successfully".utf8)
await server.appendRoute("GET /") { _ in answer(text, type: "text/plain; charset=utf-8") }
await server.appendRoute("POST /") { request in
  answer(Data("echo: ".utf8) + (try await request.bodyData), type: "text/plain")
}
try await server.run()
