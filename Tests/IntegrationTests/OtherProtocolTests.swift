import Foundation
import ServerHarness
import Testing

/// Clients and proxies that are set to another protocol: the operator is told which, by the answer and
/// by the log.
struct OtherProtocolTests {
  static let beginnings: [(octets: [UInt8], status: Int, words: String)] = [
    (Array("PROXY TCP4 192.0.2.1 192.0.2.2 51234 80\r\n".utf8), 400, "PROXY protocol"),
    (
      Array("\r\n\r\n\0\r\nQUIT\n".utf8) + [0x21, 0x11, 0, 12] + [UInt8](repeating: 9, count: 12),
      400, "PROXY protocol"
    ),
    ([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0], 400, "TLS"),
    (Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), 505, "HTTP/2"),
  ]

  @Test("What looks like another protocol is named, in whatever segments", arguments: Flavour.ours)
  func named(flavour: Flavour) throws {
    let request = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    for (octets, status, words) in Self.beginnings {
      // One for each: a server logs few refusals a second one by one.
      let server = try ServerProcess(flavour, settings: ["ADMIN_PORT": "0"])
      for size in [1000, 1, 7] {
        for port in [server.port, server.adminPort] {
          let client = try Client(port: port)
          try client.send(octets + request, inSegmentsOf: size)
          let response = try client.response()
          #expect(response.status == status)
          #expect(response.text.contains(words), "\(response.text)")
          #expect(response.closes)
          #expect(try client.readToEnd().isEmpty)
        }
      }
      try eventually("the log has it: \(words)") {
        server.program.text(of: .errors).split(separator: "\n").contains {
          $0.contains("request refused") && $0.contains("this looks like") && $0.contains(words)
        }
      }
    }
  }
}
