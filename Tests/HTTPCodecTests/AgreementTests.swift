import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Agreement")
struct AgreementTests {
  private static let limit = 400

  @Test(
    "Two readers agree on where a message ends, what it holds, and whether it is one",
    arguments: 0..<16)
  func generated(seed: UInt64) {
    var generator = MessageGenerator(seed: seed)
    let limits = RequestParser.Limits(request: Self.limit, head: Self.limit)
    var (accepted, refused) = (0, 0)
    for _ in 0..<250 {
      let octets = generator.connection()
      let whole = parse(octets, limits: limits)
      if !agree(whole, with: octets, limit: Self.limit) {
        Issue.record("\(text(octets).debugDescription): \(whole)")
      }
      if whole.error == nil { accepted += 1 } else { refused += 1 }

      let cuts = (0..<3).map { _ in Int.random(in: 0...octets.count, using: &generator.random) }
      if parse(octets, limits: limits, cuts: cuts.sorted()) != whole {
        Issue.record("\(text(octets).debugDescription) cut at \(cuts.sorted())")
      }
    }
    // Or else it was all for nothing.
    #expect(accepted > 50 && refused > 50)
  }

  @Test(
    "The readers agree on all that other tests are about", arguments: Corpus.valid + Corpus.invalid)
  func corpus(sample: Sample) {
    let octets = octets(sample.text)
    if octets.count <= Self.limit {
      #expect(agree(parse(octets, limits: sample.limits), with: octets, limit: Self.limit))
    }
  }
}
