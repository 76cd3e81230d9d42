import Foundation

/// Reads responses out of octets that come in any segments.
struct ResponseReader {
  /// What has come. Up to `taken` it has been given out as responses.
  private var received: [UInt8] = []
  private var taken = 0
  /// The head before this one: the next is most often the same, octet for octet.
  private var lastOctets: [UInt8] = []
  private var lastHead: HTTPResponseHead?

  /// What has not been given out.
  var rest: ArraySlice<UInt8> { received[taken...] }

  mutating func append(_ octets: some Collection<UInt8>) { received += octets }

  /// Octets that are no response.
  mutating func take(_ count: Int) -> [UInt8] {
    defer { taken += count }
    return Array(received[taken..<taken + count])
  }

  mutating func dropRest() { taken = received.count }

  /// - Returns: the next response, interim ones too; nil when it is not complete.
  mutating func next(toHEAD isHead: Bool = false) throws -> HTTPResponse? {
    guard let headEnd = endOfHead() else { return nil }
    let head = try head(in: taken..<headEnd)
    let end = headEnd + (isHead ? 0 : head.length)
    guard received.count >= end else { return nil }
    let content = Array(received[headEnd..<end])
    taken = end
    if taken == received.count || taken > 1 << 16 {
      received.removeFirst(taken)
      taken = 0
    }
    return HTTPResponse(head: head, content: content)
  }

  private mutating func head(in range: Range<Int>) throws -> HTTPResponseHead {
    if let lastHead, received[range].elementsEqual(lastOctets) { return lastHead }
    let head = try HTTPResponseHead(received[range])
    lastOctets = Array(received[range])
    lastHead = head
    return head
  }

  /// Behind the first CR LF CR LF. (By memchr(3): there may be much in front of it.)
  private func endOfHead() -> Int? {
    received.withUnsafeBytes { octets in
      guard let base = octets.baseAddress else { return nil }
      var place = taken
      while place + 4 <= octets.count, let found = memchr(base + place, 13, octets.count - place) {
        place = base.distance(to: UnsafeRawPointer(found))
        if place + 4 <= octets.count, memcmp(found, "\r\n\r\n", 4) == 0 { return place + 4 }
        place += 1
      }
      return nil
    }
  }
}
