import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Segmentation")
struct SegmentationTests {
  /// Cuts the sample in all ways in question and compares with the sample as a whole.
  private func checkCuts(_ sample: Sample) {
    let octets = octets(sample.text)
    let whole = parse(octets, limits: sample.limits)
    #expect(whole.error == sample.error)
    #expect(whole.requests.count == sample.requests)
    let everywhere = parse(octets, limits: sample.limits, cuts: Array(1..<max(octets.count, 1)))
    #expect(everywhere == whole, "octet by octet")
    for cut in 0...octets.count {
      let outcome = parse(octets, limits: sample.limits, cuts: [cut])
      #expect(outcome == whole, "cut at \(cut)")
    }
  }

  @Test("A valid message is the same request however it is cut", arguments: Corpus.valid)
  func valid(sample: Sample) { checkCuts(sample) }

  @Test(
    "An invalid message is refused for the same reason however it is cut", arguments: Corpus.invalid
  )
  func invalid(sample: Sample) { checkCuts(sample) }

  /// A line that has come whole is read in one pass, one that is cut by steps: the two must agree on every octet.
  @Test(
    "A line with any octet at any place is the same in one piece and in several",
    arguments: [
      "GET /a?b HTTP/1.1\r\nHost: a:80\r\nConnection-X:  close \r\n\r\n",
      "POST / HTTP/1.1\r\nhost:a\r\nContent-Length: 0\r\n\r\n",
      "PROXY TCP4 HTTP/1.1\r\nHost: a\r\n\r\n", "DELETE /%41 HTTP/1.1\r\nHost: a\r\n\r\n",
    ])
  func everyOctet(message: String) {
    let original = octets(message)
    for place in original.indices {
      for octet in UInt8.min...UInt8.max {
        var octets = original
        octets[place] = octet
        let whole = parse(octets)
        if parse(octets, cuts: [1, place, place + 1].sorted()) != whole {
          Issue.record("\(octet) at \(place)")
        }
      }
    }
  }

  @Test("A limit is answered the same however a message is cut", arguments: Corpus.tooLarge)
  func tooLarge(sample: Sample) { checkCuts(sample) }

  @Test(
    "Chunked content is the same for every pair of cuts",
    arguments: [
      "3;a=\"b\"\r\nabc\r\n2\r\nde\r\n0\r\nA: b\r\n\r\n", "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n",
    ])
  func pairs(chunks: String) {
    let message = octets("P / HTTP/1.1\r\nHost:a\r\nTransfer-Encoding:chunked\r\n\r\n" + chunks)
    let whole = parse(message)
    #expect(whole.requests.count == 1)
    for first in 1..<message.count {
      for second in first..<message.count where parse(message, cuts: [first, second]) != whole {
        Issue.record("cut at \(first) and \(second)")
      }
    }
  }

  @Test(
    "What refuses a message is not changed by what comes behind",
    arguments: Corpus.invalid + Corpus.tooLarge)
  func finality(sample: Sample) {
    let octets = octets(sample.text)
    let errors = (0...octets.count).map {
      parse(Array(octets[..<$0]), limits: sample.limits).error
    }
    #expect(errors.drop { $0 == nil }.allSatisfy { $0 == sample.error })
  }

  @Test(
    "Nothing is read behind the last octet",
    arguments: Corpus.valid + Corpus.invalid + Corpus.tooLarge)
  func poison(sample: Sample) {
    let octets = octets(sample.text)
    for end in 0...octets.count {
      let part = Array(octets[..<end])
      let outcome = parse(part, limits: sample.limits)
      // What would end a line, go on with a number or go on with a name.
      for poison in "\r\n0:".utf8
      where parse(part, limits: sample.limits, poison: poison) != outcome {
        Issue.record("\(poison) behind \(end) octets")
      }
    }
  }

  @Test(
    "A request is complete with its last octet, and needs none behind it", arguments: Corpus.valid)
  func promptCompletion(sample: Sample) {
    let octets = octets(sample.text)
    for (i, request) in parse(octets, limits: sample.limits).requests.enumerated() {
      #expect(parse(Array(octets[..<request.next])).requests.count == i + 1)
      #expect(parse(Array(octets[..<(request.next - 1)])).requests.count == i)
    }
  }
}
