import SeededRandom
import Testing

@testable import CodecOracle
@testable import HTTPCodec

/// Several things may be wrong with the fields of a request: which of them is told does not depend on
/// the order of the fields.
@Suite("Order of faults")
struct FaultOrderTests {
  private static let lines = [
    "Host: a", "Host: b", "Host: c d", "Content-Length: 1", "Content-Length: x",
    "Content-Length: 99999999999999999999", "Content-Length: 1048577", "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: gzip", "Transfer-Encoding: ,chunked",
    "Expect: x", "Expect: 100-continue", "Connection: close", "Accept: */*",
  ]

  private static func permutations(_ lines: [String]) -> [[String]] {
    if lines.count < 2 { return [lines] }
    return lines.indices.flatMap { first in
      var others = lines
      let line = others.remove(at: first)
      return permutations(others).map { [line] + $0 }
    }
  }

  private func check(_ lines: [String], orders: [[String]], version: String) {
    func message(_ lines: [String]) -> [UInt8] {
      octets("POST / \(version)\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n0\r\n\r\n")
    }
    let whole = parse(message(lines))
    #expect(agree(whole, with: message(lines), limit: 1 << 20), "\(lines): \(whole)")
    for order in orders {
      let other = parse(message(order))
      #expect(other.error == whole.error, "\(order): \(other), but in another order \(whole)")
    }
  }

  @Test(
    "One to three fields make the same verdict in any order", arguments: ["HTTP/1.0", "HTTP/1.1"])
  func all(version: String) {
    let lines = Self.lines
    for first in lines.indices {
      for second in first..<lines.count {
        for third in second..<lines.count {
          // (The same twice or three times stands for fewer of them as well.)
          for subset in [[first], [first, second], [first, second, third]] {
            let fields = subset.map { lines[$0] }
            check(fields, orders: Self.permutations(fields), version: version)
          }
        }
      }
    }
  }

  @Test("Many fields make the same verdict in any order", arguments: 0..<8)
  func many(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<40 {
      let count = Int.random(in: 4...8, using: &random)
      let fields = Array(Self.lines.shuffled(using: &random).prefix(count))
      let orders = (0..<6).map { _ in fields.shuffled(using: &random) }
      check(fields, orders: orders, version: "HTTP/1.1")
    }
  }

  @Test(
    "What is a 400 whatever else is wrong comes first, then 501, 413 and 417",
    arguments: [
      (["Expect: x"], .missingHost), (["Transfer-Encoding: gzip, chunked"], .missingHost),
      (["Content-Length: 99999999999999999999"], .missingHost),
      (["Host: a", "Expect: x", "Host: b"], .repeatedHost),
      (["Host: a", "Expect: x", "Content-Length: x"], .invalidContentLength),
      (
        ["Host: a", "Content-Length: 99999999999999999999", "Content-Length: 5"],
        .repeatedContentLength
      ),
      (
        ["Host: a", "Transfer-Encoding: gzip, chunked", "Content-Length: 5"],
        .contentLengthAndTransferEncoding
      ),
      (
        ["Host: a", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked"],
        .repeatedTransferEncoding
      ),
      (["Host: a", "Expect: x", "Transfer-Encoding: gzip"], .chunkedNotFinal),
      (["Host: a", "Expect: x", "Transfer-Encoding: gzip, chunked"], .unsupportedTransferCoding),
      (["Host: a", "Expect: x", "Content-Length: 1048577"], .requestTooLarge),
      (["Host: a", "Expect: x", "Content-Length: 99999999999999999999"], .requestTooLarge),
      (["Host: a", "Expect: x", "Content-Length: 5"], .unsupportedExpectation),
    ] as [([String], RequestError)])
  func rank(lines: [String], error: RequestError) {
    for order in Self.permutations(lines) {
      let fields = order.map { $0 + "\r\n" }.joined()
      #expect(refusal("POST / HTTP/1.1\r\n\(fields)\r\n") == error, "\(order)")
    }
    if error != .missingHost && error != .requestTooLarge && error != .unsupportedExpectation {
      let fields = (["Expect: x"] + lines).map { $0 + "\r\n" }.joined()
      #expect(refusal("POST / HTTP/1.0\r\n\(fields)\r\n")?.status.code == 400)
    }
  }

  @Test("An octet that no field line has ends the section at once, whatever came before it")
  func syntax() {
    for line in ["Expect: x", "Content-Length: x", "Host: c d", "Transfer-Encoding: gzip"] {
      #expect(refusal("GET / HTTP/1.1\r\n\(line)\r\nN : v\r\n\r\n") == .invalidFieldName)
      #expect(parse("GET / HTTP/1.1\r\n\(line)\r\nN: v\r\n").isIncomplete)
    }
  }

  @Test("The fields of a request that is refused for them can be read")
  func fields() throws {
    let memory = PoisonedOctets(octets("GET / HTTP/1.1\r\nOrigin: x\r\nExpect: y\r\n\r\n"))
    var parser = RequestParser(limits: .ample)
    #expect(throws: RequestError.missingHost) {
      var message = memory.mutableOctets()
      _ = try parser.parse(&message)
    }
    let fields = parser.fields(in: memory.octets).list
    #expect(fields.map(\.name) == ["Origin", "Expect"])
  }
}
