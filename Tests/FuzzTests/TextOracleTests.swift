import Encodings
import HTTPService
import Testing

@testable import CodecOracle
@testable import FuzzTargets

/// As `OracleTests`, for the oracles of encodings, forms and field values.
struct TextOracleTests {
  @Test("Encodings that are read or computed wrongly are noticed")
  func encodings() throws {
    let inputs = try Kept.corpus("encoding")
    let lenient = EncodingOracle(decodeBase64: { base64, text in
      if let octets = try? base64.decode(text) { return octets }
      return try? Base64.url.decode(text)
    })
    #expect(inputs.contains { lenient.check($0) != nil })
    let careless = EncodingOracle(digest: { octets in
      SHA256.digest(of: octets.extracting(droppingLast: 1))
    })
    #expect(inputs.contains { careless.check($0) != nil })
  }

  @Test("Routes that are found wrongly are noticed")
  func routes() throws {
    let inputs = try Kept.corpus("route")
    #expect(inputs.allSatisfy { RouteOracle().check($0) == nil })
    let blind = RouteOracle(find: { _, _ in nil })
    #expect(inputs.contains { blind.check($0) != nil })
    let strict = RouteOracle(find: { tree, path in
      path.hasValidEscapes && path.isDecoded(plusIsSpace: false)
        ? RouteOracle().find(tree, path) : nil
    })
    #expect(inputs.contains { strict.check($0) != nil })
  }

  @Test("Forms that are read wrongly are noticed")
  func forms() throws {
    let inputs = try Kept.corpus("form")
    let vague = FormOracle(double: { text in
      guard let number = Double(text: text) else { return nil }
      return number.nextUp
    })
    #expect(inputs.contains { vague.check($0) != nil })
    // Decodes twice.
    let doubling = FormOracle(value: { pair in
      guard let once = try? pair.decodedValue(asText: false) else { return nil }
      return NaiveForm.decoded(once, plusIsSpace: true)
    })
    #expect(inputs.contains { doubling.check($0) != nil })
  }

  @Test("Multipart content that is read wrongly is noticed", arguments: 0..<3)
  func multipart(kind: Int) throws {
    let oracle = MultipartOracle { content, type in
      let parts = MultipartOracle().read(content, type)
      switch kind {
      case 0: return parts.map { $0.dropLast() }
      case 1: return parts?.map { .init(name: $0.name, content: $0.content + [0]) }
      default:
        // What is cut off is made up for.
        let whole = array(content.octets) + octets("\r\n--b--")
        return parts ?? MultipartOracle().read(PoisonedOctets(whole), type)
      }
    }
    #expect(try Kept.corpus("multipart").contains { oracle.check($0) != nil })
  }

  @Test("Fields' values that are read wrongly are noticed")
  func fieldValues() throws {
    let inputs = try Kept.corpus("field")
    let late = FieldOracle(date: { text in
      guard let seconds = text.httpDate(now: 0) else { return nil }
      return seconds + 1
    })
    #expect(inputs.contains { late.check($0) != nil })
    let generous = FieldOracle(range: { RequestedRange(value: $0, length: $1 + 1) })
    #expect(inputs.contains { generous.check($0) != nil })
    let blind = FieldOracle(isMediaType: { !$0.isEmpty })
    #expect(inputs.contains { blind.check($0) != nil })
  }
}
