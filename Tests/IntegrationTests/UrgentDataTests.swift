import Foundation
import ServerHarness
import Testing

/// Urgent data (RFC 9293 3.8.5): to a server the octet is not in the stream.
struct UrgentDataTests {
  private static let message = Array(
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello".utf8)

  @Test(
    "A request is answered for what it is without an urgent octet, wherever that was",
    arguments: Flavour.available)
  func everyPlace(flavour: Flavour) throws {
    // A request that is not read to its end would be a 408 in this time.
    let server = try ServerProcess(flavour, settings: ["REQUEST_TIMEOUT": "15"])
    for place in 0...Self.message.count {
      let client = try server.client()
      // All of it is there when the server reads.
      server.program.signal(SIGSTOP)
      defer { server.program.signal(SIGCONT) }
      try client.sendUrgent(Self.message[..<place] + [UInt8(ascii: "!")])
      try client.send(Array(Self.message[place...]))
      server.program.signal(SIGCONT)
      let response = try client.response()
      #expect(response.status == 200, "at \(place)")
      #expect(response.text == "echo: hello", "at \(place)")
      // And the next one is served as any other.
      #expect(try client.get().status == 200, "behind one at \(place)")
    }
  }

  @Test(
    "Urgent octets in each of many requests are no reason to wait", arguments: Flavour.available)
  func pipelined(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["REQUEST_TIMEOUT": "15"])
    let client = try server.client()
    for _ in 0..<20 {
      server.program.signal(SIGSTOP)
      defer { server.program.signal(SIGCONT) }
      try client.send(Self.message)
      try client.sendUrgent(Self.message[..<20] + [UInt8(ascii: "!")])
      try client.send(Array(Self.message[20...]) + Self.message)
      server.program.signal(SIGCONT)
      for _ in 0..<3 { #expect(try client.response().text == "echo: hello") }
    }
  }
}
