import HTTPCodec
import Memory
import Sockets
import Testing

@testable import HTTPServer

/// Lines of the log, octet for octet.
struct LogLineTests {
  /// 2026-02-02T02:40:00.123Z
  private let time: Int64 = 1_770_000_000_123_456_789

  private func text(of line: borrowing LogLine) -> String {
    String(decoding: line.text.octets.indices.map { line.text.octets[$0] }, as: UTF8.self)
  }

  private func newLine(_ format: LogFormat) -> LogLine {
    var line = LogLine(format: format)
    let isReserved = line.reserve()
    #expect(isReserved)
    return line
  }

  /// An access line with all fields.
  private func accessLine(_ line: inout LogLine, at time: Int64) -> String {
    var octets = AddressOctets()
    for (place, octet) in [192, 0, 2, 10].enumerated() { octets[place] = UInt8(octet) }
    line.beginAccess(time)
    line.add(.method, "GET")
    line.add(.target, "/a?b=\"c\"")
    line.add(.route, "/{path...}")
    line.add(.status, 200)
    line.add(.bytes, 1_234_567_890)
    line.add(.duration, 0)
    line.add(.peer, SocketAddress(octets: octets, isIPv6: false, port: 50_000))
    line.add(.client, IPAddress(("2001:db8::1" as StaticString).octets) ?? .anyIPv6)
    line.add(.requestID, "8f9fafbfcfdfefff0f1f2f3f4f5f6f7f")
    line.add(.traceID, "4bf92f3577b34da6a3ce929d0e0e4736")
    line.add(.userAgent, "curl/8.5.0")
    line.end()
    return text(of: line)
  }

  @Test("An access line in JSON; the next ones of the same millisecond and of others as well")
  func json() {
    var line = newLine(.json)
    for milliseconds: Int64 in [123, 123, 124, 999, 123] {
      let expected =
        #"{"time":"2026-02-02T02:40:00.\#(milliseconds)Z","level":"info","logger":"access","#
        + #""message":"request","method":"GET","target":"/a?b=\"c\"","route":"/{path...}","#
        + #""status":200,"bytes":1234567890,"duration_us":0,"peer":"192.0.2.10:50000","#
        + #""client":"2001:db8::1","request_id":"8f9fafbfcfdfefff0f1f2f3f4f5f6f7f","#
        + #""trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","user_agent":"curl/8.5.0"}"# + "\n"
      let found = accessLine(&line, at: time + (milliseconds - 123) * 1_000_000)
      #expect(found == expected)
    }
  }

  @Test("An access line in text")
  func inText() {
    var line = newLine(.text)
    let expected =
      #"2026-02-02T02:40:00.123Z info access: request method=GET target="/a?b=\"c\"" "#
      + #"route=/{path...} status=200 bytes=1234567890 duration_us=0 peer="192.0.2.10:50000" "#
      + #"client="2001:db8::1" request_id=8f9fafbfcfdfefff0f1f2f3f4f5f6f7f "#
      + #"trace_id=4bf92f3577b34da6a3ce929d0e0e4736 user_agent=curl/8.5.0"# + "\n"
    for _ in 0..<2 {
      let found = accessLine(&line, at: time)
      #expect(found == expected)
    }
  }

  @Test("Another line between two access lines changes neither")
  func between() {
    var line = newLine(.json)
    let first = accessLine(&line, at: time)
    line.begin(time + 5_000_000, .warn, "http_server", "disk full")
    line.add(.errno, -28)
    line.end()
    let other = text(of: line)
    #expect(
      other == #"{"time":"2026-02-02T02:40:00.128Z","level":"warn","logger":"http_server","#
        + #""message":"disk full","errno":-28}"# + "\n")
    let second = accessLine(&line, at: time)
    #expect(first == second)
  }

  /// What is expected of a value, octet by octet.
  private func expected(_ value: [UInt8], _ format: LogFormat) -> String {
    let isPlain = value.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
    if format == .text, isPlain, !value.isEmpty, value.count <= 256 {
      return String(decoding: value, as: UTF8.self)
    }
    return "\""
      + value.prefix(256).map { octet in
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): "\\\(UnicodeScalar(octet))"
        case 0x20..<0x7F: "\(UnicodeScalar(octet))"
        default: "\\u00" + (octet < 0x10 ? "0" : "") + String(octet, radix: 16)
        }
      }.joined() + "\""
  }

  @Test(
    "Every octet, in values of each length, is escaped or stands as it is; after 256 the value ends",
    arguments: [LogFormat.text, .json])
  func values(format: LogFormat) {
    var line = newLine(format)
    for count in [0, 1, 2, 7, 8, 9, 15, 16, 17, 255, 256, 257, 300] {
      for octet in UInt8.min...UInt8.max {
        var value = [UInt8](repeating: UInt8(ascii: "a"), count: count)
        for place in Set([0, count / 2, count - 1]) where value.indices.contains(place) {
          value[place] = octet
        }
        line.begin(time, .info, "x", "y")
        let start = line.text.count
        line.add(.target, value.span)
        let added = (start..<line.text.count).map { line.text.octets[$0] }
        let name = format == .text ? " target=" : #","target":"#
        #expect(String(decoding: added, as: UTF8.self) == name + expected(value, format))
      }
    }
  }

  @Test(
    "What does not fit in 4096 octets is left out, and said", arguments: [LogFormat.text, .json])
  func tooLong(format: LogFormat) {
    var line = newLine(format)
    let value = [UInt8](repeating: 1, count: 300)
    line.begin(time, .info, "x", "y")
    for _ in 0..<2 { line.add(.target, value.span) }
    let (fits, count) = (!line.text.overflowed, line.text.count)
    #expect(fits && count < 4096)
    line.add(.target, value.span)
    let (overflowed, fullCount) = (line.text.overflowed, line.text.count)
    #expect(overflowed && fullCount <= 4096)
    let next = accessLine(&line, at: time)
    #expect(next.hasSuffix("\n") && next.contains("curl/8.5.0"))
  }
}
