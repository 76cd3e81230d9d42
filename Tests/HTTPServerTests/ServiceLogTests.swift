import Foundation
import HTTPCodec
import Testing

@testable import HTTPServer

/// The lines that a service writes.
struct ServiceLogTests {
  @Test(
    "However much a client has sent, a line is one line and has its end",
    arguments: [LogFormat.text, .json])
  func longFields(format: LogFormat) throws {
    let octets = [UInt8](repeating: 1, count: 300)
    for length in stride(from: 0, to: 256, by: 5) {
      var line = Log.Line(line: LogLine(format: format))
      line.line.begin(0, .info, "shop", "an order")
      line.add("first", octets.span)
      line.add("second", octets.span)
      line.add("third", octets.span.extracting(first: length))
      line.add("fourth", octets.span)
      line.add("total", 7)
      line.add("state", "paid")
      line.line.end()
      let text = String(
        decoding: (0..<line.line.text.count).map { line.line.text.octets[$0] }, as: UTF8.self)
      #expect(text.hasSuffix("\n") && text.count { $0 == "\n" } == 1)
      #expect(text.contains("first"))
      if format == .json { _ = try JSONSerialization.jsonObject(with: Data(text.utf8)) }
    }
  }
}
