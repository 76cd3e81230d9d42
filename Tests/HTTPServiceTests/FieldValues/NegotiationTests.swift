import HTTPService
import Testing

@testable import CodecOracle

@Suite("Negotiation")
struct NegotiationTests {
  private func quality(_ lines: [String], type: StaticString) -> Int {
    withFields(lines) { AcceptedTypes($0).quality(of: type) }
  }

  private func quality(_ lines: [String], coding: StaticString) -> Int {
    withFields(lines) { AcceptedCodings($0).quality(of: coding) }
  }

  /// RFC 9110 12.5.1.
  static let example =
    "Accept: text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5"

  @Test(
    "The most specific range decides",
    arguments: [
      ("text/plain;format=flowed", 1000), ("text/plain", 700), ("text/html", 300),
      ("image/jpeg", 500),
      ("text/plain;format=fixed", 400), ("text/html;level=3", 300),
      ("TEXT/PLAIN; Format=\"flowed\"", 1000),
    ] as [(StaticString, Int)])
  func specificity(type: StaticString, expected: Int) {
    #expect(quality([NegotiationTests.example], type: type) == expected)
    // In any order, and over several fields.
    let elements = NegotiationTests.example.dropFirst(8).split(separator: ",").map {
      "Accept:\($0)"
    }
    #expect(quality(elements, type: type) == expected)
    #expect(quality(elements.reversed(), type: type) == expected)
  }

  @Test(
    "A range is acceptable as it says, and what is not named is not",
    arguments: [
      ([], 1000), (["Accept:"], 0), (["Accept: */*"], 1000), (["Accept: text/html"], 1000),
      (["Accept: text/plain"], 0), (["Accept: text/html;q=0"], 0),
      (["Accept: */*, text/html;q=0"], 0),
      (["Accept: text/*;q=0, */*"], 0), (["Accept: text/html;q=0.001"], 1),
      (["Accept: TEXT/HTML;Q=0.5"], 500),
      (["Accept: text/html ; q=0.5"], 500), (["Accept: text/html;level=1"], 0),
      (["Accept: */html"], 0),
      // What is malformed counts as not sent.
      (["Accept: text/html;q=2"], 0), (["Accept: text/html;q=1.001"], 0),
      (["Accept: text/html;q=0.0001"], 0),
      (["Accept: text/html;q=.5"], 0), (["Accept: text/html;q=-1"], 0),
      (["Accept: text/html;q="], 0),
      (["Accept: text/html;q=x, */*;q=0.1"], 100), (["Accept: html"], 0),
      (["Accept: text/html;q=0."], 0),
      (["Accept: text/html;q=1."], 1000), (["Accept: text/html;q=1.000"], 1000),
      (["Accept: text/html;q=0.12"], 120),
      // A comma in quotes separates nothing.
      (["Accept: text/plain;x=\",text/html,\""], 0), (["Accept: text/plain;x=\", text/html"], 1000),
      (["Accept: text/html;q=0.2, text/html;q=0.7"], 700),
    ] as [([String], Int)])
  func types(lines: [String], expected: Int) {
    #expect(quality(lines, type: "text/html") == expected)
  }

  @Test("Behind a quote that is never closed quotes mean nothing, up to the next field")
  func openQuotes() {
    let quotes = "text/plain;x=\"" + String(repeating: "\\\"", count: 20_000)
    #expect(quality(["Accept: \(quotes), text/html;q=0.5"], type: "text/html") == 500)
    #expect(
      quality(
        ["Accept: a/b;x=\", c/d;x=\"\", e/f;x=\"", "Accept: g/h;x=\",text/html,\""],
        type: "text/html")
        == 0)
  }

  @Test("The best offer is the first one of the highest quality")
  func best() {
    func best(_ lines: [String], _ offers: [StaticString]) -> Int? {
      withFields(lines) { AcceptedTypes($0).best(of: offers) }
    }
    let offers: [StaticString] = ["application/json", "text/html"]
    #expect(best([], offers) == 0)
    #expect(
      best(["Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], offers) == 1
    )
    #expect(best(["Accept: */*"], offers) == 0)
    #expect(best(["Accept: image/png"], offers) == nil)
    #expect(best(["Accept: application/json;q=0, */*"], offers) == 1)
    #expect(best([], []) == nil)
  }

  /// RFC 9110 12.5.3.
  @Test(
    "A coding is acceptable where it is named, or where all are",
    arguments: [
      ([], 1000, 1000), (["Accept-Encoding:"], 0, 1000),
      (["Accept-Encoding: compress, gzip"], 1000, 1000),
      (["Accept-Encoding: *"], 1000, 1000),
      (["Accept-Encoding: compress;q=0.5, gzip;q=1.0"], 1000, 1000),
      (["Accept-Encoding: gzip;q=1.0, identity; q=0.5, *;q=0"], 1000, 500),
      (["Accept-Encoding: br"], 0, 1000),
      (["Accept-Encoding: identity;q=0"], 0, 0), (["Accept-Encoding: *;q=0"], 0, 0),
      (["Accept-Encoding: *;q=0, identity"], 0, 1000), (["Accept-Encoding: gzip;q=0, *"], 0, 1000),
      (["Accept-Encoding: *;q=0.2"], 200, 1000), (["Accept-Encoding: GZIP;Q=0.3"], 300, 1000),
      (["Accept-Encoding: x-gzip"], 1000, 1000),
      (["Accept-Encoding: br", "accept-encoding: gzip;q=0.7"], 700, 1000),
      (["Accept-Encoding: gzip;q=2"], 0, 1000), (["Accept-Encoding: gzip deflate"], 0, 1000),
      (["Accept-Encoding: ;q=1"], 0, 1000),
      (["Accept-Encoding: gzip;q=0.2, gzip;q=0.1"], 200, 1000),
    ] as [([String], Int, Int)])
  func codings(lines: [String], gzip: Int, identity: Int) {
    #expect(quality(lines, coding: "gzip") == gzip)
    #expect(quality(lines, coding: "identity") == identity)
    let best = withFields(lines) { AcceptedCodings($0).best(of: ["gzip", "identity"]) }
    #expect(best == (gzip == 0 && identity == 0 ? nil : gzip >= identity ? 0 : 1))
  }
}
