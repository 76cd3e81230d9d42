import HTTPCodec

@testable import CodecOracle

extension FuzzTarget {
  /// A connection's octets; the first two choose limits and cuts.
  static let request = FuzzTarget(name: "request") { MessageOracle().check($0) }

  /// The same behind a head that says "chunked".
  static let chunked = FuzzTarget(name: "chunked") {
    MessageOracle().check($0, behind: "P / HTTP/1.1\r\nHost:a\r\nTransfer-Encoding:chunked\r\n\r\n")
  }
}

extension MessageOracle {
  func check(_ input: [UInt8], behind head: String = "") -> String? {
    var choices = Choices(input)
    let limits = choices.limits()
    let seed = choices
    _ = choices.next()
    let message = octets(head) + choices.rest
    choices = seed
    return complaint(message, limits, cuts: choices.cuts(message.count))
  }
}
