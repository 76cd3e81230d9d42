import Foundation
import SeededRandom

/// A client that keeps to the rules, and checks that each answer is the answer to its request:
/// every content is another one.
public final class GoodClient: Persona {
  public struct Manner: Sendable {
    /// On one connection; the last one says `Connection: close`.
    var requests: Int
    /// How many are sent before the answer to the first.
    var depth: Int
    /// Between an answer and the next request.
    var pauseMilliseconds: Int
    /// Of the contents, in octets.
    var largestContent: Int

    /// One request after the other.
    public static func keepAlive(pauseMilliseconds: Int = 0) -> Manner {
      Manner(
        requests: .max, depth: 1, pauseMilliseconds: pauseMilliseconds, largestContent: 600)
    }
    /// A connection for each request.
    public static let oneShot = Manner(
      requests: 1, depth: 1, pauseMilliseconds: 0, largestContent: 600)
    public static func pipelining(_ depth: Int, pauseMilliseconds: Int = 0) -> Manner {
      Manner(
        requests: .max, depth: depth, pauseMilliseconds: pauseMilliseconds, largestContent: 600)
    }
    /// Very many requests on one connection.
    public static func marathon(_ requests: Int) -> Manner {
      Manner(requests: requests, depth: 64, pauseMilliseconds: 0, largestContent: 100)
    }
  }

  private struct Sent {
    let content: [UInt8]
    let time: Int64
  }

  private let manner: Manner
  private let name: String
  private var random: SplitMix64
  private var reader = ResponseReader()
  /// Requests without an answer, in their order.
  private var unanswered: [Sent] = []
  private var requestsMade = 0
  private var answers = 0
  private var octetsReceived = 0
  private var wasTheLast = false
  private var isFinishing = false

  private static let filler = [UInt8](
    String(repeating: "All that is posted comes back as it was. ", count: 400).utf8)
  private static let echo = Array("echo: ".utf8)

  /// - Parameter name: no other client has this one.
  public init(_ manner: Manner, name: String, seed: UInt64) {
    self.manner = manner
    self.name = name
    random = SplitMix64(seed: seed)
  }

  public func connected(_ wire: Wire) { ask(wire) }

  public func woken(_ wire: Wire) { ask(wire) }

  public func received(_ octets: UnsafeRawBufferPointer, _ wire: Wire) throws {
    octetsReceived += octets.count
    reader.append(octets)
    while let response = try reader.next() { try check(response, wire) }
    guard unanswered.isEmpty && !wasTheLast else { return }
    if isFinishing {
      wire.close()
    } else if manner.pauseMilliseconds > 0 {
      wire.wake(afterMilliseconds: manner.pauseMilliseconds)
    } else {
      ask(wire)
    }
  }

  public func ended(_ end: Wire.End, _ wire: Wire) throws {
    guard let lost = unanswered.first, end != .refused else { return }
    if octetsReceived == 0 {
      wire.tally.note { $0.cutOff += 1 }
    } else {
      throw TestFailure(
        "\(end) without an answer to \(String(decoding: lost.content.prefix(60), as: UTF8.self)), "
          + "after \(answers) others")
    }
  }

  public func finish(_ wire: Wire) {
    isFinishing = true
    if unanswered.isEmpty { wire.close() }
  }

  // MARK: Requests and answers

  private func ask(_ wire: Wire) {
    guard !wasTheLast && !isFinishing else { return }
    var octets: [UInt8] = []
    let count = min(manner.depth, manner.requests - requestsMade)
    for _ in 0..<count {
      requestsMade += 1
      let size = Int(random.next() % UInt64(manner.largestContent))
      let content = Array("\(name), request \(requestsMade). ".utf8) + GoodClient.filler[..<size]
      append(content, isLast: requestsMade == manner.requests, to: &octets)
      unanswered.append(Sent(content: content, time: Crowd.now()))
    }
    wire.tally.note { $0.requests += count }
    wire.send(octets)
  }

  /// Every eighth request is chunked.
  private func append(_ content: [UInt8], isLast: Bool, to octets: inout [UInt8]) {
    octets += "POST /load HTTP/1.1\r\nHost: a\r\n".utf8
    if isLast { octets += "Connection: close\r\n".utf8 }
    if requestsMade % 8 == 0 {
      let cut = content.count / 2
      octets += "Transfer-Encoding: chunked\r\n\r\n\(String(cut, radix: 16))\r\n".utf8
      octets += content[..<cut]
      octets += "\r\n\(String(content.count - cut, radix: 16))\r\n".utf8
      octets += content[cut...]
      octets += "\r\n0\r\n\r\n".utf8
    } else {
      octets += "Content-Length: \(content.count)\r\n\r\n".utf8
      octets += content
    }
  }

  private func check(_ response: HTTPResponse, _ wire: Wire) throws {
    guard !unanswered.isEmpty else {
      throw TestFailure("an answer to nothing: \(response.status) \(response.text.prefix(60))")
    }
    let sent = unanswered.removeFirst()
    guard response.status == 200, response.content.starts(with: GoodClient.echo),
      response.content[GoodClient.echo.count...].elementsEqual(sent.content)
    else {
      throw TestFailure(
        "\(response.status) \(response.text.prefix(80)) as the answer to "
          + String(decoding: sent.content.prefix(60), as: UTF8.self))
    }
    answers += 1
    let time = Crowd.now() - sent.time
    wire.tally.note {
      $0.answered += 1
      $0.latencies.add(nanoseconds: time)
    }
    if response.closes {
      // What was sent behind it is not going to be answered (RFC 9112 9.6): never accepted.
      wasTheLast = true
      let count = unanswered.count
      wire.tally.note { $0.requests -= count }
      unanswered = []
    }
  }
}
