import Encodings
import HTTPCodec
import HTTPService
import Memory

@testable import CodecOracle

extension FuzzTarget {
  /// Values of fields, each on its own; the first octet chooses which.
  static let field = FuzzTarget(name: "field") { FieldOracle().check($0) }
}

/// What must be true of field values, beside that nothing traps.
struct FieldOracle {
  /// The library's; a test puts a broken one here, to see that it is noticed.
  var date: @Sendable (Span<UInt8>) -> Int64? = { $0.httpDate(now: 1_800_000_000) }
  var range: @Sendable (Span<UInt8>, Int64) -> RequestedRange = {
    RequestedRange(value: $0, length: $1)
  }
  var isMediaType: @Sendable (Span<UInt8>) -> Bool = { MediaType($0) != nil }

  func check(_ input: [UInt8]) -> String? {
    guard let selector = input.first else { return nil }
    let octets = Array(input.dropFirst())
    let memory = PoisonedOctets(octets, poison: UInt8(ascii: "0"))
    switch selector % 8 {
    case 0: return complaint(date: octets, memory.octets)
    case 1: return complaint(range: octets, memory.octets, length: Int64(selector) >> 3)
    case 2: return complaint(tags: memory)
    case 3: return complaint(mediaType: octets, memory.octets)
    case 4: return complaint(cookie: octets)
    case 5: return complaint(setCookie: octets)
    default: return complaint(fields: octets)
    }
  }

  private func complaint(date octets: [UInt8], _ span: Span<UInt8>) -> String? {
    var buffer = OctetBuffer(limit: 64)
    let characters = text(octets)
    guard let seconds = date(span) else {
      // What is written is read: all dates of this form, at least.
      guard octets.count == 4 else { return nil }
      let seconds = Int64(octets.reduce(0 as UInt32) { $0 << 8 | UInt32($1) }) << 5
      buffer.append(httpDate: seconds)
      return date(buffer.octets) == seconds ? nil : "what is written is not read: \(seconds)"
    }
    if seconds < 0 || characters.contains(":60") { return nil }
    buffer.append(httpDate: seconds)
    if date(buffer.octets) != seconds { return "what is written is not read: \(seconds)" }
    // The same figures, in the order of the form that it has.
    let words = text(buffer.octets).split(separator: " ").map(String.init)
    let (day, month, year, time) = (words[1], words[2], words[3], words[4])
    let rest: [String] = [
      ", \(day) \(month) \(year) \(time) GMT", ", \(day)-\(month)-\(year.suffix(2)) \(time) GMT",
      " \(month) \(day) \(time) \(year)",
      " \(month) \(day.hasPrefix("0") ? " " + day.suffix(1) : day) \(time) \(year)",
    ]
    return rest.contains { characters.hasSuffix($0) } ? nil : "read as \(text(buffer.octets))"
  }

  private func complaint(range octets: [UInt8], _ span: Span<UInt8>, length: Int64) -> String? {
    let found = range(span, length)
    let expected = NaiveRange.read(text(octets), length: Int(length))
    return found == expected ? nil : "\(found) and not \(expected)"
  }

  private func complaint(tags memory: PoisonedOctets) -> String? {
    var list = EntityTagList(memory.octets)
    var written: [String] = []
    while let tag = list.next() {
      guard memory.contains(tag.opaque) else { return "a tag outside" }
      let one = (tag.isWeak ? "W/" : "") + "\"" + text(tag.opaque) + "\""
      written.append(one)
      let again = PoisonedOctets(octets(one))
      guard let same = EntityTag(again.octets), same.weaklyMatches(tag),
        same.stronglyMatches(tag) == !tag.isWeak
      else { return "\(one) is not read as a tag" }
    }
    let again = PoisonedOctets(octets(written.joined(separator: " ,, ")))
    var others = EntityTagList(again.octets)
    var count = 0
    while others.next() != nil { count += 1 }
    return count == written.count ? nil : "\(count) tags and not \(written.count)"
  }

  private func complaint(mediaType octets: [UInt8], _ span: Span<UInt8>) -> String? {
    // token "/" token *( OWS ";" OWS [ token "=" ( token / quoted-string ) ] )
    let token = "[-!#$%&'*+.^_`|~0-9A-Za-z]+"
    let value = "(?:\(token)|\"(?:[^\"\\\\]|\\\\[\\s\\S])*\")"
    let pattern = "\(token)/\(token)(?:[ \\t]*;[ \\t]*(?:\(token)=\(value))?)*[ \\t]*"
    let expected =
      (try? Regex(pattern).matchingSemantics(.unicodeScalar))
      .flatMap { try? $0.wholeMatch(in: text(octets)) } != nil
    guard isMediaType(span) == expected else { return expected ? "refused" : "taken" }
    guard let type = MediaType(span) else { return nil }
    let isSame = type == type
    if !isSame, !hasTwins(type) { return "not equal to itself" }
    // Written anew, with every value in quotes, it is the same.
    var written = text(type.type) + "/" + text(type.subtype).uppercased()
    var parameters = type.parameters
    while let parameter = parameters.next() {
      let quoted = parameter.value.octets().map {
        [UInt8(ascii: "\""), UInt8(ascii: "\\")].contains($0) ? "\\" + text([$0]) : text([$0])
      }
      written += " ; " + text(parameter.name) + "=\"" + quoted.joined() + "\""
    }
    let memory = PoisonedOctets(CodecOracle.octets(written))
    guard let again = MediaType(memory.octets) else { return "\(written) is not read" }
    // (Of parameters of one name the first counts.)
    let isEqual = again == type && type == again
    return isEqual || hasTwins(type) ? nil : "\(written) is another"
  }

  private func hasTwins(_ type: MediaType) -> Bool {
    var names: [String] = []
    var parameters = type.parameters
    while let parameter = parameters.next() { names.append(text(parameter.name).lowercased()) }
    return Set(names).count < names.count
  }

  private func complaint(cookie octets: [UInt8]) -> String? {
    guard octets.allSatisfy({ Grammar.fieldValue.contains($0) }) else { return nil }
    let memory = PoisonedOctets(
      CodecOracle.octets("Cookie:") + octets + CodecOracle.octets("\r\n\r\n"))
    var found: [[String]] = []
    var isInside = true
    var cookies = Cookies(Fields(section: memory.octets)).makeIterator()
    while let cookie = cookies.next() {
      isInside = isInside && memory.contains(cookie.name) && memory.contains(cookie.value)
      found.append([text(cookie.name), text(cookie.value)])
    }
    if !isInside { return "a cookie outside" }
    let expected = octets.split(separator: UInt8(ascii: ";")).compactMap { pair -> [String]? in
      let sides = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else { return nil }
      let (name, value) = (Array(sides[0]).span.trimmedText, Array(sides[1]).span.trimmedText)
      return name.isEmpty ? nil : [name, value]
    }
    return found == expected ? nil : "\(found) and not \(expected)"
  }

  private func complaint(setCookie octets: [UInt8]) -> String? {
    var choices = Choices(octets)
    let flags = choices.next()
    var attributes = CookieAttributes()
    if flags & 1 != 0 { attributes.maxAge = Int64(choices.next()) }
    if flags & 2 != 0 { attributes.expires = Int64(choices.next()) << 30 }
    attributes.domain = flags & 4 != 0 ? "example.com" : nil
    attributes.path = choices.pick(["/", nil, "/a", "a;b"])
    attributes.isSecure = flags & 8 == 0
    attributes.isHTTPOnly = flags & 16 == 0
    attributes.sameSite = choices.pick([.lax, .strict, .some(.none), nil])
    attributes.isPartitioned = flags & 32 != 0
    let name =
      choices.pick([[], Array("__Host-".utf8), Array("__secure-".utf8)])
      + choices.take(choices.next(below: 8))
    let value = choices.rest
    var buffer = OctetBuffer(limit: 16_384)
    do throws(InvalidInput) {
      try buffer.append(setCookie: name.span, value.span, attributes)
    } catch {
      return buffer.isEmpty ? nil : "refused, but something is written"
    }
    let written = text(buffer.octets)
    let parts = written.split(separator: "; ").map(String.init)
    guard parts[0] == text(name) + "=" + text(value) else { return "not the cookie: \(written)" }
    guard parts.dropFirst().allSatisfy({ !$0.contains(";") }),
      written.utf8.allSatisfy({ 0x20...0x7E ~= $0 })
    else { return "an attribute too much: \(written)" }
    let lower = text(name).lowercased()
    if lower.hasPrefix("__host-"), !parts.contains("Path=/") || !parts.contains("Secure") {
      return "no __Host- cookie: \(written)"
    }
    let memory = PoisonedOctets(CodecOracle.octets("Cookie: " + parts[0] + "\r\n\r\n"))
    var back: [[String]] = []
    var cookies = Cookies(Fields(section: memory.octets)).makeIterator()
    while let cookie = cookies.next() { back.append([text(cookie.name), text(cookie.value)]) }
    return back == [[text(name), text(value)]] ? nil : "it comes back as \(back)"
  }

  /// A whole section: nothing traps, spans lie within it, and figures are within their bounds.
  private func complaint(fields octets: [UInt8]) -> String? {
    let memory = PoisonedOctets(octets + CodecOracle.octets("\r\n\r\n"))
    var end = 0
    while let next = Fields.endOfLine(memory.octets, from: end) { end = next }
    guard memory.octets[end] == 0x0D, memory.octets[end + 1] == 0x0A else { return nil }
    let fields = Fields(section: memory.octets.extracting(0..<end + 2))

    let types = AcceptedTypes(fields)
    let codings = AcceptedCodings(fields)
    for offer in ["text/html", "text/plain;charset=utf-8", "a/b;c=d"] as [StaticString] {
      if !(0...1000 ~= types.quality(of: offer)) { return "a quality of more than 1" }
    }
    for offer in ["gzip", "identity"] as [StaticString] {
      if !(0...1000 ~= codings.quality(of: offer)) { return "a quality of more than 1" }
    }
    if case .part(let first, let last) = RequestedRange(fields, length: 100) {
      guard 0 <= first, first <= last, last < 100 else { return "a range outside" }
    }
    for method in [Method.get, .put] {
      let validators = Validators(entityTag: EntityTag("\"a\""), lastModified: 784_111_777)
      let outcome = Preconditions.evaluate(fields, method: method, validators, now: 1_800_000_000)
      if method == .put, outcome == .notModified { return "a 304 to a PUT" }
      // What has no conditions is performed.
      let hasConditions = fields.list.contains { $0.name.lowercased().hasPrefix("if-") }
      if !hasConditions, outcome != .perform(usesRange: method == .get) { return "\(outcome)" }
    }
    guard let credentials = Credentials(fields) else { return nil }
    if let token = credentials.bearerToken, !memory.contains(token) || token.isEmpty {
      return "a token outside"
    }
    guard let user = credentials.basic else { return nil }
    let plain = array(user.name) + [UInt8(ascii: ":")] + array(user.password)
    let sent = array(credentials.parameters)
    return Base64.standard.encode(plain.span) == sent ? nil : "not the user that was sent"
  }
}

/// Ranges as they are read in a few lines.
private enum NaiveRange {
  static func read(_ value: String, length: Int) -> RequestedRange {
    let sides = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2, sides[0].lowercased() == "bytes", sides[0].utf8.count == 5 else {
      return .all
    }
    let specs = sides[1].unicodeScalars.split(separator: ",")
      .map { Array($0).trimmed }.filter { !$0.isEmpty }
    guard 1...RequestedRange.maxRanges ~= specs.count else { return .all }
    var positions = Set<Int>()
    var satisfiable = 0
    for spec in specs {
      let ends = spec.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      let isValid =
        ends.count == 2 && ends.allSatisfy { $0.allSatisfy { "0"..."9" ~= $0 } }
        && !(ends[0].isEmpty && ends[1].isEmpty)
      guard isValid else { return .all }
      // (No number of more digits matters to a length below 32.)
      let numbers = ends.map { Int(text($0.map { UInt8($0.value) }.dropZeros.prefix(18))) ?? 0 }
      let isLarger = ends.map { $0.map { UInt8($0.value) }.dropZeros.count > 18 }
      var chosen: Range<Int>
      if ends[0].isEmpty {
        chosen = max(0, length - numbers[1])..<length
      } else if ends[1].isEmpty {
        chosen = min(numbers[0], length)..<length
      } else {
        let exact = ends.map { String(String.UnicodeScalarView($0)) }.map { $0.drop { $0 == "0" } }
        let isReversed =
          exact[0].count != exact[1].count
          ? exact[0].count > exact[1].count : exact[0] > exact[1]
        // (Beyond 64 bits all numbers are one.)
        if isReversed, !(isLarger[0] && isLarger[1]) { return .all }
        chosen = min(numbers[0], length)..<max(min(numbers[0], length), min(numbers[1] + 1, length))
      }
      if chosen.isEmpty { continue }
      satisfiable += 1
      positions = Set(chosen)
    }
    if satisfiable == 0 { return length == 0 ? .all : .unsatisfiable }
    guard satisfiable == 1, let first = positions.min(), let last = positions.max() else {
      return .all
    }
    return .part(first: Int64(first), last: Int64(last))
  }
}

extension [UInt8] {
  fileprivate var dropZeros: [UInt8] { Array(drop { $0 == UInt8(ascii: "0") }) }
}

extension [Unicode.Scalar] {
  fileprivate var trimmed: [Unicode.Scalar] {
    let isSpace = { (scalar: Unicode.Scalar) in scalar == " " || scalar == "\t" }
    return Array(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}

extension Span<UInt8> {
  fileprivate var trimmedText: String { text(trimmed) }
}
