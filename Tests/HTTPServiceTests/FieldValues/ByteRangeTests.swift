import HTTPCodec
import HTTPService
import Testing

@testable import CodecOracle

@Suite("Ranges")
struct ByteRangeTests {
  private func range(_ value: String, length: Int64) -> RequestedRange {
    withOctets(value) { RequestedRange(value: $0, length: length) }
  }

  /// RFC 9110 14.1.2's examples for a representation of 10000 octets, and their neighbours.
  @Test(
    "A range is first and last position, clamped to what there is",
    arguments: [
      ("bytes=0-499", .part(first: 0, last: 499)), ("bytes=500-999", .part(first: 500, last: 999)),
      ("bytes=-500", .part(first: 9500, last: 9999)),
      ("bytes=9500-", .part(first: 9500, last: 9999)),
      ("bytes=0-", .part(first: 0, last: 9999)), ("bytes=0-0", .part(first: 0, last: 0)),
      ("bytes=-1", .part(first: 9999, last: 9999)),
      ("bytes=9999-9999", .part(first: 9999, last: 9999)),
      ("bytes=9999-10000", .part(first: 9999, last: 9999)),
      ("bytes=0-99999", .part(first: 0, last: 9999)),
      ("bytes=-10000", .part(first: 0, last: 9999)), ("bytes=-20000", .part(first: 0, last: 9999)),
      ("bytes=5-99999999999999999999999999", .part(first: 5, last: 9999)),
      ("bytes=-99999999999999999999999999", .part(first: 0, last: 9999)),
      ("BYTES=00-001", .part(first: 0, last: 1)), ("bytes= 0-1 ", .part(first: 0, last: 1)),
      ("bytes=,0-1,,", .part(first: 0, last: 1)),
      // Nothing of it is there.
      ("bytes=10000-", .unsatisfiable), ("bytes=10000-10001", .unsatisfiable),
      ("bytes=-0", .unsatisfiable),
      ("bytes=99999999999999999999999999-", .unsatisfiable),
      ("bytes=10000-,-0,20000-30000", .unsatisfiable),
      // Several: all of it, unless only one is satisfiable.
      ("bytes=0-0,-1", .all), ("bytes=500-600,601-999", .all), ("bytes=0-1,0-1", .all),
      ("bytes=0-1,10000-", .part(first: 0, last: 1)), ("bytes=-0, 7-", .part(first: 7, last: 9999)),
      // Another unit, and what is malformed, even if a part of it is not.
      ("", .all), ("bytes", .all), ("bytes=", .all), ("bytes=,", .all), ("items=0-1", .all),
      ("bytes =0-1", .all),
      ("bytes=1-0", .all), ("bytes=a-b", .all), ("bytes=-", .all), ("bytes=1", .all),
      ("bytes=--1", .all),
      ("bytes=0-1-2", .all), ("bytes=0x0-1", .all), ("bytes=+0-1", .all), ("bytes=0 -1", .all),
      ("bytes=0-1;x", .all), ("bytes=0-1,x", .all), ("bytes=10000-,1-0", .all),
      ("bytes=0-1\0", .all),
    ] as [(String, RequestedRange)])
  func reading(value: String, expected: RequestedRange) {
    #expect(range(value, length: 10_000) == expected)
  }

  @Test(
    "Of a representation without octets there is no part",
    arguments: ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0", "bytes=7-"])
  func empty(value: String) {
    #expect(range(value, length: 0) == .all)
  }

  @Test("A representation of one octet has one range")
  func one() {
    #expect(range("bytes=0-", length: 1) == .part(first: 0, last: 0))
    #expect(range("bytes=-5", length: 1) == .part(first: 0, last: 0))
    #expect(range("bytes=1-", length: 1) == .unsatisfiable)
  }

  @Test("A flood of ranges is ignored, even if one of them alone is satisfiable")
  func flood() {
    let most = RequestedRange.maxRanges
    let others = [String](repeating: "99-", count: most - 1).joined(separator: ",")
    #expect(range("bytes=0-1," + others, length: 10) == .part(first: 0, last: 1))
    #expect(range("bytes=0-1," + others + ",99-", length: 10) == .all)
    #expect(range("bytes=" + others + ",99-,99-", length: 10) == .all)
  }

  @Test("There is one Range field, or none")
  func fields() {
    func range(_ lines: [String]) -> RequestedRange {
      withFields(lines) { RequestedRange($0, length: 10) }
    }
    #expect(range([]) == .all)
    #expect(range(["Range: bytes=1-2"]) == .part(first: 1, last: 2))
    #expect(range(["Range: bytes=1-2", "range: bytes=1-2"]) == .all)
  }

  @Test(
    "Content-Range says what is sent, or how much there is",
    arguments: [
      (.part(first: 0, last: 499), "bytes 0-499/1234"), (.unsatisfiable, "bytes */1234"),
      (.all, ""),
    ] as [(RequestedRange, String)])
  func contentRange(range: RequestedRange, expected: String) {
    var buffer = OctetBuffer(limit: 100)
    buffer.append(contentRange: range, length: 1234)
    #expect(text(buffer.octets) == expected)
  }
}
