import HTTPCodec
import SeededRandom

@testable import CodecOracle

/// What must be true of a connection's octets, whatever they are.
struct MessageOracle {
  /// The codec; a test puts a broken one here, to see that it is noticed.
  var read: @Sendable ([UInt8], RequestParser.Limits, [Int], UInt8) -> Outcome = {
    CodecOracle.read($0, limits: $1, cuts: $2, poison: $3)
  }

  func complaint(_ octets: [UInt8], _ limits: RequestParser.Limits, cuts: [Int]) -> String? {
    // What lies behind the octets would end a line here, and go on with a number or name there.
    let whole = read(octets, limits, [], UInt8(ascii: "\n"))
    if whole.wroteBehindTheEnd { return "octets behind the end were changed" }
    let cut = read(octets, limits, cuts, UInt8(ascii: "0"))
    if cut != whole { return "cut at \(cuts) it is \(cut), and whole \(whole)" }

    // The messages lie behind one another without a gap, and each is itself alone, with its last
    // octet and not before.
    var start = 0
    for request in whole.requests {
      guard start < request.next, request.next <= octets.count else {
        return "a message from \(start) to \(request.next) of \(octets.count)"
      }
      if let complaint = complaint(alone: request, octets[start..<request.next], limits) {
        return complaint
      }
      start = request.next
    }
    if whole.error == nil, whole.isIncomplete != (start < octets.count) {
      return "octets from \(start) on are in no message, and none is incomplete"
    }

    // The naive reader knows one limit, and none of a head, a trailer section or extensions.
    if octets.count <= min(limits.head, 4096), !agree(whole, with: octets, limit: limits.request) {
      return "the naive reader disagrees: "
        + "\(NaiveReader.messages(octets, limit: limits.request)), but we read \(whole)"
    }
    return nil
  }

  private func complaint(
    alone request: ParsedRequest, _ octets: ArraySlice<UInt8>, _ limits: RequestParser.Limits
  ) -> String? {
    var expected = request
    expected.next = octets.count
    let alone = read(Array(octets), limits, [], UInt8(ascii: "\r"))
    guard alone.requests == [expected], alone.error == nil, !alone.isIncomplete else {
      return "alone it is \(alone), and was \(request)"
    }
    let shorter = read(Array(octets.dropLast()), limits, [], octets.last ?? 0)
    guard shorter.requests.isEmpty, shorter.error == nil, shorter.isIncomplete else {
      return "without its last octet it is \(shorter)"
    }
    let again = serialise(request)
    expected.next = again.count
    // (A client's own framing may have been shorter than ours.)
    let parsed = read(again, .ample, [], UInt8(ascii: "\n"))
    guard parsed.requests == [expected], parsed.error == nil, !parsed.isIncomplete else {
      return "serialised it is \(parsed), and was \(request)"
    }
    return nil
  }

  private func serialise(_ request: ParsedRequest) -> [UInt8] {
    let method = request.method == "other" ? "X" : request.method
    var head = "\(method) \(request.target) HTTP/1.\(request.isHTTP11 ? 1 : 0)\r\n"
    var isChunked = false
    for field in request.fields {
      head += "\(field.name): \(field.value)\r\n"
      if field.name.lowercased() == "transfer-encoding" { isChunked = true }
    }
    guard isChunked else { return octets(head + "\r\n") + request.content }
    var message = octets(head + "\r\n")
    if !request.content.isEmpty {
      message += octets(String(request.content.count, radix: 16) + "\r\n") + request.content
      message += octets("\r\n")
    }
    return message + octets("0\r\n\r\n")
  }
}

extension Choices {
  /// Limits that are in the way, and some that are not.
  mutating func limits() -> RequestParser.Limits {
    let (request, head) = pick([
      (1 << 20, 1 << 16), (400, 400), (1 << 20, 64), (100, 64), (64, 40), (40, 40), (8192, 4096),
    ])
    return RequestParser.Limits(request: request, head: head)
  }

  /// Where to cut so many octets: everywhere, or in up to three places.
  mutating func cuts(_ count: Int) -> [Int] {
    let seed = next()
    if count == 0 { return [] }
    if seed % 8 == 0, count <= 512 { return Array(1..<count) }
    var random = SplitMix64(seed: UInt64(seed))
    return (0..<Int(seed % 4)).map { _ in Int.random(in: 0...count, using: &random) }.sorted()
  }
}
