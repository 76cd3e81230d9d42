import Glibc

@testable import CodecOracle
@testable import HTTPCodec
@testable import HTTPServer
@testable import Sockets

extension FuzzTarget {
  /// The parts of a head, each on its own; the first octet chooses which.
  static let target = FuzzTarget(name: "target") { PartOracle().check($0) }
}

/// What must be true of the parts of a head, beside what `MessageOracle` says of the whole.
struct PartOracle {
  /// The codec's; a test puts a broken one here, to see that it is noticed.
  var isAuthority: @Sendable (Span<UInt8>) -> Bool = { HTTPCodec.isAuthority($0) }
  var address: @Sendable (Span<UInt8>) -> IPAddress? = { IPAddress($0) }

  func check(_ input: [UInt8]) -> String? {
    guard let selector = input.first else { return nil }
    let memory = PoisonedOctets(Array(input.dropFirst()), poison: UInt8(ascii: "0"))
    let part = memory.octets
    switch selector % 8 {
    case 0: return complaint(target: part, .get)
    case 1: return complaint(target: part, .connect)
    case 2: return complaint(target: part, .options)
    case 3, 4: return complaint(authority: part)
    case 5: return complaint(address: part)
    default: return complaint(section: part)
    }
  }

  private func complaint(target: Span<UInt8>, _ method: Method) -> String? {
    // The line's reader has seen to it: not empty, and no octet that no target has.
    guard !target.isEmpty, OctetSet.query.containsAll(target) else { return nil }
    let isTarget = NaiveReader.isTarget(text(target), method: text(method.name))
    guard let parsed = try? RequestTarget(target, method: method) else {
      return isTarget ? "refused, but the naive reader takes it" : nil
    }
    if !isTarget { return "taken, but the naive reader refuses it" }
    // Path and query are the end of the target, and nothing is between them but "?".
    let query = parsed.query(upTo: target.count)
    let end = query.map { $0.upperBound } ?? parsed.path.upperBound
    guard end == target.count else { return "the parts end at \(end)" }
    if let query {
      guard query.lowerBound == parsed.path.upperBound + 1,
        target[parsed.path.upperBound] == UInt8(ascii: "?")
      else { return "the query is not behind the path" }
    }
    if !parsed.path.isEmpty, target[parsed.path.lowerBound] != UInt8(ascii: "/") {
      return "the path does not begin with /"
    }
    return nil
  }

  private func complaint(authority: Span<UInt8>) -> String? {
    let isAuthority = isAuthority(authority)
    guard isAuthority == NaiveReader.isAuthority(text(authority)) else {
      return isAuthority ? "the naive reader refuses this host" : "the naive reader takes this host"
    }
    let needsPort = HTTPCodec.isAuthority(authority, portRequired: true)
    if needsPort && !isAuthority { return "an authority only if it must have a port" }
    return nil
  }

  /// The system's own reader agrees, and what is printed reads the same again.
  private func complaint(address text: Span<UInt8>) -> String? {
    if !text.allSatisfy({ $0 != 0 }) {
      return address(text) == nil ? nil : "an address with NUL in it"
    }
    let terminated = array(text).map { CChar(bitPattern: $0) } + [0]
    var theirs = [UInt8](repeating: 0, count: 16)
    let isV4 = inet_pton(AF_INET, terminated, &theirs) == 1
    let isV6 = !isV4 && inet_pton(AF_INET6, terminated, &theirs) == 1
    guard let ours = address(text) else { return isV4 || isV6 ? "inet_pton takes this" : nil }
    guard isV4 || isV6, ours.isIPv6 == isV6 else { return "inet_pton refuses this" }
    guard octets(of: ours) == theirs else { return "\(octets(of: ours)), but inet_pton: \(theirs)" }

    var printed = OctetBuffer(limit: 100)
    printed.append(
      address: SocketAddress(octets: ours.octets, isIPv6: ours.isIPv6, port: 80))
    let end = printed.count - ":80".utf8.count - (isV6 ? 1 : 0)
    let again = address(printed.octets.extracting((isV6 ? 1 : 0)..<end))
    guard let again, octets(of: again) == theirs, again.isIPv6 == isV6 else {
      return "printed it is \(CodecOracle.text(printed.octets))"
    }
    guard isAuthority(printed.octets) else { return "printed it is no host" }
    return nil
  }

  private func octets(of address: IPAddress) -> [UInt8] { (0..<16).map { address.octets[$0] } }

  private func complaint(section: Span<UInt8>) -> String? {
    var reader = FieldSectionReader()
    var fields = FramingFields()
    var position = 0
    var lines = 0
    let naive = NaiveReader.section(array(section))
    do throws(RequestError) {
      while true {
        let start = position
        let hasEnded = reader.readWholeLines(section, &position, into: &fields)
        // (A line that was read in one pass has one line feed.)
        lines += section.extracting(start..<position).count(of: .lineFeed)
        if hasEnded {
          lines -= 1
          break
        }
        let lineStart = position
        let step = try reader.read(section, &position)
        if step == .incomplete {
          return naive == nil ? nil : "incomplete, but complete to the naive reader"
        }
        if step == .end { break }
        guard lineStart < position else { return "a field of no octets" }
        lines += 1
      }
    } catch {
      return naive == nil ? nil : "refused, but the naive reader takes it"
    }
    guard let naive else { return "taken, but the naive reader refuses it" }
    let list = Fields(section: section.extracting(0..<position)).list.map {
      NaiveReader.Field(name: $0.name.lowercased(), value: $0.value)
    }
    guard list == naive.fields, position == naive.end, lines == list.count else {
      return "\(list) up to \(position), but the naive reader has \(naive)"
    }
    return nil
  }
}
