import Encodings
import HTTPService

@testable import CodecOracle

extension FuzzTarget {
  /// Hexadecimal, base64, UUIDs, percent-encoding and digests; the first octet chooses which.
  static let encoding = FuzzTarget(name: "encoding") { EncodingOracle().check($0) }
}

/// What must be true of encodings: a text that is decoded is the only text of its octets, and what a reader of a few
/// lines finds is found.
struct EncodingOracle {
  /// The library's; a test puts a broken one here, to see that it is noticed.
  var decodeBase64: @Sendable (Base64, Span<UInt8>) -> [UInt8]? = { try? $0.decode($1) }
  var digest: @Sendable (Span<UInt8>) -> SHA256.Digest = { SHA256.digest(of: $0) }

  func check(_ input: [UInt8]) -> String? {
    guard let selector = input.first else { return nil }
    let octets = Array(input.dropFirst())
    let memory = PoisonedOctets(octets, poison: UInt8(ascii: "A"))
    switch selector % 8 {
    case 0: return hexadecimal(octets, memory.octets)
    case 1...4:
      let base64 = Base64(isURLSafe: selector & 1 == 0, isPadded: selector & 2 == 0)
      return complaint(
        base64, isURLSafe: selector & 1 == 0, isPadded: selector & 2 == 0, octets, memory.octets)
    case 5: return uuid(octets, memory.octets)
    case 6: return percent(octets, memory.octets)
    default: return digests(octets, memory.octets)
    }
  }

  private func hexadecimal(_ octets: [UInt8], _ span: Span<UInt8>) -> String? {
    let digits = Hexadecimal.encode(span)
    if (try? Hexadecimal.decode(digits.span)) != octets { return "not the same after both ways" }
    let isText = octets.count % 2 == 0 && octets.allSatisfy { Grammar.hexDigit.contains($0) }
    do throws(InvalidEncoding) {
      let plain = try Hexadecimal.decode(span)
      if !isText { return "taken, but it is no hexadecimal" }
      let again = text(Hexadecimal.encode(plain.span))
      return again == text(octets).lowercased() ? nil : "written it is \(again)"
    } catch {
      if isText { return "refused, but it is hexadecimal" }
      return 0...octets.count ~= error.position ? nil : "a fault at \(error.position)"
    }
  }

  private func complaint(
    _ base64: Base64, isURLSafe: Bool, isPadded: Bool, _ octets: [UInt8], _ span: Span<UInt8>
  ) -> String? {
    let written = base64.encode(span)
    if written.count != base64.encodedCount(octets.count) { return "\(written.count) characters" }
    if written != EncodingOracle.naive(octets, isURLSafe, isPadded) { return "written otherwise" }
    if decodeBase64(base64, written.span) != octets { return "not the same after both ways" }
    // A text is taken if and only if it is what its octets are written as.
    let plain = decodeBase64(base64, span)
    let alphabet = EncodingOracle.alphabet(isURLSafe)
    let bits = octets.filter { $0 != UInt8(ascii: "=") }
      .compactMap { alphabet.firstIndex(of: $0) }
      .flatMap { value in (0..<6).reversed().map { value >> $0 & 1 } }
    let meant = stride(from: 0, to: bits.count / 8 * 8, by: 8).map { start in
      bits[start..<(start + 8)].reduce(0 as UInt8) { $0 << 1 | UInt8($1) }
    }
    let isText = EncodingOracle.naive(meant, isURLSafe, isPadded) == octets
    if let plain { return isText && plain == meant ? nil : "taken as \(plain)" }
    return isText ? "refused, but it is base64" : nil
  }

  private static func alphabet(_ isURLSafe: Bool) -> [UInt8] {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    let end = isURLSafe ? "-_" : "+/"
    return CodecOracle.octets(letters + letters.lowercased() + "0123456789" + end)
  }

  /// Bit by bit.
  private static func naive(_ octets: [UInt8], _ isURLSafe: Bool, _ isPadded: Bool) -> [UInt8] {
    let alphabet = alphabet(isURLSafe)
    var bits = octets.flatMap { octet in (0..<8).reversed().map { Int(octet >> $0 & 1) } }
    while bits.count % 6 != 0 { bits.append(0) }
    var text = stride(from: 0, to: bits.count, by: 6).map { start in
      alphabet[bits[start..<(start + 6)].reduce(0) { $0 << 1 | $1 }]
    }
    while isPadded, text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
    return text
  }

  private func uuid(_ octets: [UInt8], _ span: Span<UInt8>) -> String? {
    let groups = text(octets).split(separator: "-", omittingEmptySubsequences: false)
    let isText =
      groups.map(\.unicodeScalars.count) == [8, 4, 4, 4, 12]
      && octets.allSatisfy { $0 == UInt8(ascii: "-") || Grammar.hexDigit.contains($0) }
    do throws(InvalidEncoding) {
      let id = try UUID(span)
      guard isText else { return "taken, but it is no identifier" }
      return text(id.text) == text(octets).lowercased() ? nil : "written it is \(text(id.text))"
    } catch {
      if isText { return "refused, but it is an identifier" }
      return 0...octets.count ~= error.position ? nil : "a fault at \(error.position)"
    }
  }

  private func percent(_ octets: [UInt8], _ span: Span<UInt8>) -> String? {
    let expected = NaiveForm.decoded(octets, plusIsSpace: false)
    if (try? span.percentDecoded(asText: false)) != expected { return "octets are otherwise" }
    let isText = expected.map { String(validating: $0, as: UTF8.self) != nil } ?? false
    return (try? span.percentDecoded()) == (isText ? expected : nil) ? nil : "text is otherwise"
  }

  private func digests(_ octets: [UInt8], _ span: Span<UInt8>) -> String? {
    guard let cut = octets.first.map(Int.init) else { return nil }
    let whole = digest(span)
    let (key, data) = (octets.prefix(cut), octets.dropFirst(cut))
    var pieces = SHA256()
    pieces.update(key.span)
    _ = pieces.digest
    pieces.update(data.span)
    if pieces.digest != whole { return "another digest in two pieces" }
    // RFC 2104 2, by the book.
    var block = key.count > 64 ? array(SHA256.digest(of: key.span).span) : Array(key)
    block += [UInt8](repeating: 0, count: 64 - block.count)
    let innerText = block.map { $0 ^ 0x36 } + data
    let inner = SHA256.digest(of: innerText.span)
    let outerText = block.map { $0 ^ 0x5C } + array(inner.span)
    let outer = SHA256.digest(of: outerText.span)
    if HMACSHA256.code(of: data.span, key: key.span) != outer { return "another code" }
    let areEqual = isEqualInConstantTime(key.span, data.span)
    return areEqual == (Array(key) == Array(data)) ? nil : "equal is otherwise"
  }
}
