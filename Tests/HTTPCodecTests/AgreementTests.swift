import Testing

@testable import HTTPCodec

@Suite("Agreement")
struct AgreementTests {
  private static let limit = 400

  /// Whether both readers make the same of a connection.
  ///
  /// The naive one waits for whole lines: where it waits, the codec may have refused already.
  private func agree(_ octets: [UInt8], _ outcome: Outcome) -> Bool {
    let naive = NaiveReader.messages(octets, limit: Self.limit)
    let ours = outcome.requests.map { NaiveReader.Message(end: $0.next, content: $0.content) }
    guard ours == naive.messages else { return false }
    switch naive.stop {
    case nil: return outcome.error == nil && !outcome.isIncomplete
    case .refused: return outcome.error != nil
    case .incomplete: return outcome.error != nil || outcome.isIncomplete
    }
  }

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
      if !agree(octets, whole) { Issue.record("\(text(octets).debugDescription): \(whole)") }
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
    // The naive reader does not know IPvFuture.
    if sample.text.contains("[v1") { return }
    let octets = octets(sample.text)
    if octets.count <= Self.limit { #expect(agree(octets, parse(octets, limits: sample.limits))) }
  }
}
