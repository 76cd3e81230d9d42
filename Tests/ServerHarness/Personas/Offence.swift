import SeededRandom

/// Something that no client should send, and what it must be answered with.
public struct Offence: Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    case garbage
    case headerBombs = "header bombs"
    case hugeContents = "huge contents"
    case halfCloses = "half-closes"

    public var offences: [Offence] {
      switch self {
      case .garbage: Offence.garbage
      case .headerBombs: Offence.headerBombs
      case .hugeContents: Offence.hugeContents
      case .halfCloses: Offence.halfCloses
      }
    }
  }

  public let name: String
  let octets: [UInt8]
  /// What follows, again and again, until there is an answer.
  var endless: [UInt8]?
  var finishesSending = false
  /// Empty where the connection ends without an answer.
  let statuses: Set<Int>
  /// Of the answer, where it matters.
  var content: String?

  public var endsUnanswered: Bool { statuses.isEmpty }

  private init(
    _ name: String, _ octets: [UInt8], endless: String? = nil, finishesSending: Bool = false,
    _ statuses: Set<Int>, content: String? = nil
  ) {
    self.name = name
    self.octets = octets
    self.endless = endless.map { Array($0.utf8) }
    self.finishesSending = finishesSending
    self.statuses = statuses
    self.content = content
  }

  private init(
    _ name: String, _ text: String, endless: String? = nil, finishesSending: Bool = false,
    _ statuses: Set<Int>, content: String? = nil
  ) {
    self.init(
      name, Array(text.utf8), endless: endless, finishesSending: finishesSending, statuses,
      content: content)
  }

  private static let post = "POST / HTTP/1.1\r\nHost: a\r\n"

  /// What is no HTTP/1.1 at all.
  private static let garbage: [Offence] = {
    var random = SplitMix64(seed: 42)
    func noise(_ count: Int) -> [UInt8] {
      (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
    let hello: [UInt8] = [0x16, 0x03, 0x01, 0x00, 0x7f, 0x01, 0x00, 0x00, 0x7b, 0x03, 0x03]
    let statuses: Set = [400, 501, 505]
    return [
      Offence("a TLS hello", hello + noise(120), finishesSending: true, statuses),
      Offence("an HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", statuses),
      Offence("SSH", "SSH-2.0-OpenSSH_9.6\r\n", statuses),
      Offence("zeros", [UInt8](repeating: 0, count: 64), finishesSending: true, statuses),
    ] + (0..<8).map { Offence("noise \($0)", noise(500), finishesSending: true, statuses) }
  }()

  /// More of a head than anybody needs.
  private static let headerBombs = [
    Offence(
      "many fields", post, endless: String(repeating: "X-Field: bomb\r\n", count: 250), [413, 431]),
    Offence("an endless field", post + "X-Field: ", endless: filler, [413, 431]),
    Offence("an endless name", post, endless: filler, [413, 431]),
    Offence("an endless target", "GET /", endless: filler, [413, 414]),
    Offence(
      "endless trailers", post + "Transfer-Encoding: chunked\r\n\r\n0\r\n",
      endless: String(repeating: "X-Trailer: bomb\r\n", count: 250), [413, 431]),
    Offence(
      "an endless chunk extension", post + "Transfer-Encoding: chunked\r\n\r\n1;a=",
      endless: filler, [400, 413]),
  ]

  /// Contents that no server has room for, of which nothing comes.
  private static let hugeContents = [
    Offence("10^18 octets", post + "Content-Length: 1000000000000000000\r\n\r\n", [413]),
    Offence(
      "10^30 octets", post + "Content-Length: 1" + String(repeating: "0", count: 30) + "\r\n\r\n",
      [400, 413]),
    Offence(
      "10^18 octets, if the server wants them",
      post + "Expect: 100-continue\r\nContent-Length: 1000000000000000000\r\n\r\n", [413]),
    Offence(
      "a chunk of 2^64-1 octets",
      post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", [400, 413]),
    Offence(
      "a chunk of 2^32 octets", post + "Transfer-Encoding: chunked\r\n\r\n100000000\r\n", [413]),
    Offence(
      "an endless chunk size", post + "Transfer-Encoding: chunked\r\n\r\n", endless: filler,
      [400, 413]),
  ]

  /// Half-closed connections; what was asked in full is answered all the same (RFC 9112 9.6).
  private static let halfCloses = [
    Offence("nothing, and an end", "", finishesSending: true, []),
    Offence("half a head, and an end", "POST / HTT", finishesSending: true, [400]),
    Offence(
      "half a content, and an end", post + "Content-Length: 9\r\n\r\nhalf", finishesSending: true,
      [400]),
    Offence(
      "a whole request, and an end", post + "Content-Length: 5\r\n\r\nwhole",
      finishesSending: true, [200], content: "echo: whole"),
  ]

  private static let filler = String(repeating: "f", count: 4000)
}
