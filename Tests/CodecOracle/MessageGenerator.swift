import SeededRandom

/// Makes messages, and what bad luck or bad intent may make of them.
struct MessageGenerator {
  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// One to three messages behind one another, changed in up to three places.
  mutating func connection() -> [UInt8] {
    var octets = (0..<Int.random(in: 1...3, using: &random)).flatMap { _ in message() }
    for _ in 0..<Int.random(in: 0...3, using: &random) { mutate(&octets) }
    return octets
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements.randomElement(using: &random)!
  }

  private mutating func message() -> [UInt8] {
    let method = pick(["GET", "POST", "HEAD", "OPTIONS", "PURGE", "POST"])
    let target = pick(["/", "/a%41b", "/a?b=c", "http://h", "http://[::1]:80/c", "/a/b;c"])
    let version = pick(["1.1", "1.1", "1.1", "1.0", "1.2"])
    var lines = ["Host: " + pick(["a", "a.example:80", "[::1]", "[::1]:8080"])]
    let others = [
      "Accept: */*", "X:", "Connection: close", "Expect: 100-continue", "X-Y: \t\u{FF} ",
    ]
    for _ in 0..<Int.random(in: 0...2, using: &random) { lines.append(pick(others)) }
    var content = ""
    switch Int.random(in: 0...3, using: &random) {
    case 0: break
    case 1:
      content = text()
      lines.append("Content-Length: \(content.unicodeScalars.count)")
    default:
      if version != "1.0" {
        lines.append("Transfer-Encoding: " + pick(["chunked", "Chunked"]))
        content = chunks()
      }
    }
    lines.shuffle(using: &random)
    let prefix = pick(["", "", "", "\r\n"])
    let head = lines.map { $0 + "\r\n" }.joined()
    return octets("\(prefix)\(method) \(target) HTTP/\(version)\r\n\(head)\r\n\(content)")
  }

  private mutating func text() -> String {
    let pieces = ["a", "0\r\n\r\n", "\0", "\u{FF}", "GET / HTTP/1.1\r\n", "3\r\n", ""]
    return pick(pieces) + pick(pieces) + pick(pieces)
  }

  private mutating func chunks() -> String {
    let extensions = ["", "", "", ";a", ";a=b", " ; a = \"b\\\"\"", ";a=\"\";b"]
    var chunks = ""
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      let data = text()
      let size = String(data.unicodeScalars.count, radix: 16)
      if size != "0" { chunks += pick(["", "0"]) + size + pick(extensions) + "\r\n\(data)\r\n" }
    }
    return chunks + pick(["0", "00"]) + pick(extensions) + "\r\n"
      + pick(["", "", "A: b\r\n", "A:\r\nB: c\r\n"])
      + "\r\n"
  }

  private mutating func mutate(_ octets: inout [UInt8]) {
    let odd = Array("\r\n \t\0:,;0159afGx\"\\=[]%/?*-+.#\u{7F}".utf8) + [0x80, 0xFF]
    guard let place = octets.indices.randomElement(using: &random) else { return }
    let other = min(octets.count, place + Int.random(in: 1...12, using: &random))
    switch Int.random(in: 0...7, using: &random) {
    case 0, 1: octets[place] = pick(odd)
    case 2, 3: octets.insert(pick(odd), at: place)
    case 4: octets.remove(at: place)
    case 5: octets.insert(contentsOf: octets[place..<other], at: place)
    case 6: octets.removeSubrange(place..<other)
    default: octets[place] ^= pick([0x20, 1, 2, 4, 0x80])
    }
  }
}
