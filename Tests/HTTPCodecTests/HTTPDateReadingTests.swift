import SeededRandom
import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Reading dates")
struct HTTPDateReadingTests {
  /// 6 November 1994.
  private static let sample: Int64 = 784_111_777
  private static let year2026: Int64 = 1_767_225_600

  private func date(_ characters: String, now: Int64 = year2026) -> Int64? {
    withOctets(characters) { $0.httpDate(now: now) }
  }

  @Test(
    "The three formats of RFC 9110 are one date",
    arguments: [
      "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
  func formats(characters: String) {
    #expect(date(characters) == HTTPDateReadingTests.sample)
  }

  @Test("What is written is read, over all years")
  func roundTrip() {
    var random = SplitMix64(seed: 1)
    var buffer = OctetBuffer(limit: 64)
    for _ in 0..<20_000 {
      let seconds = Int64(random.next() % 253_402_300_800)
      buffer.removeAll()
      buffer.append(httpDate: seconds)
      let read = buffer.octets.httpDate(now: 0)
      guard read == seconds else {
        Issue.record("\(seconds)")
        return
      }
    }
  }

  @Test(
    "Days, hours and seconds are those that there are",
    arguments: [
      ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
      ("Sat, 01 Jan 0000 00:00:00 GMT", -62_167_219_200),
      ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
      ("Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400),
      ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
      ("Wed, 29 Feb 2023 00:00:00 GMT", nil), ("Mon, 29 Feb 2100 00:00:00 GMT", nil),
      ("Mon, 30 Feb 2024 00:00:00 GMT", nil), ("Mon, 31 Apr 2024 00:00:00 GMT", nil),
      ("Mon, 00 Jan 2024 00:00:00 GMT", nil), ("Mon, 32 Jan 2024 00:00:00 GMT", nil),
      ("Mon, 01 Jan 2024 24:00:00 GMT", nil), ("Mon, 01 Jan 2024 00:60:00 GMT", nil),
      ("Mon, 01 Jan 2024 00:00:61 GMT", nil),
      // A leap second is the second behind it; a wrong day of the week does not matter.
      ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800), ("Mon, 06 Nov 1994 08:49:37 GMT", sample),
    ] as [(String, Int64?)])
  func calendar(characters: String, seconds: Int64?) {
    #expect(date(characters) == seconds)
  }

  @Test(
    "A year of two digits is at most 50 years ahead",
    arguments: [
      // On 1 January 2026.
      ("94", year2026, 1994), ("26", year2026, 2026), ("00", year2026, 2000),
      ("75", year2026, 2075),
      ("76", year2026, 1976), ("77", year2026, 1977), ("99", year2026, 1999),
      // On 1 January 1970 and 2099.
      ("94", 0, 1994), ("20", 0, 1920), ("21", 0, 1921), ("19", 0, 2019),
      ("49", 4_070_908_800, 2149),
      ("50", 4_070_908_800, 2050), ("99", 4_070_908_800, 2099),
    ] as [(String, Int64, Int64)])
  func centuries(digits: String, now: Int64, year: Int64) throws {
    let read = try #require(date("Sunday, 06-Nov-\(digits) 08:49:37 GMT", now: now))
    let expected = try #require(date("Sun, 06 Nov \(year) 08:49:37 GMT"))
    // (6 November is behind 1 January: the fiftieth year is not all within fifty years.)
    let isTooLate =
      expected > (date("Thu, 01 Jan \(1970 + 50 + (now / 31_556_952)) 00:00:00 GMT") ?? 0) + 86_400
    #expect(read == (isTooLate ? date("Sun, 06 Nov \(year - 100) 08:49:37 GMT") : expected))
  }

  @Test("Fifty years ahead is to the second")
  func fiftyYears() throws {
    let now = try #require(date("Fri, 06 Nov 2026 08:49:37 GMT"))
    #expect(
      date("Friday, 06-Nov-76 08:49:37 GMT", now: now) == date("Fri, 06 Nov 2076 08:49:37 GMT"))
    #expect(
      date("Friday, 06-Nov-76 08:49:38 GMT", now: now) == date("Sat, 06 Nov 1976 08:49:38 GMT"))
    // A leap day is of a year that has it.
    #expect(
      date("Friday, 29-Feb-00 00:00:00 GMT", now: now) == date("Tue, 29 Feb 2000 00:00:00 GMT"))
    #expect(date("Friday, 29-Feb-23 00:00:00 GMT", now: now) == nil)
  }

  @Test(
    "Anything else is no date",
    arguments: [
      "", "0", "784111777", "1994-11-06T08:49:37Z", "sun, 06 Nov 1994 08:49:37 GMT",
      "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 gmt",
      "Sun, 06 Nov 1994 08:49:37 UTC",
      "Sun, 06 Nov 1994 08:49:37", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun,  6 Nov 1994 08:49:37 GMT",
      "Sun 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 GMT ",
      "Sun, 06-Nov-1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT",
      "Sunday, 06 Nov 94 08:49:37 GMT",
      "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 94",
      "Sun Nov 06 08:49:37 1994 GMT", "Sun, 06 Nov 1994 08.49.37 GMT",
      "Sun, 06 Nov 1994 -8:49:37 GMT",
      "Sun, 06 Nov 1994 0849:37  GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
      "Xyz, 06 Nov 1994 08:49:37 GMT",
      "Sun, 06 Xyz 1994 08:49:37 GMT", "Sun Nov  a 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 GM\0",
      "Someday, 06-Nov-94 08:49:37 GMT", "Sun, 06 nNo 1994 08:49:37 GMT",
    ])
  func refused(characters: String) {
    #expect(date(characters) == nil)
  }

  @Test("A clock at its ends is no reason to fail", arguments: [Int64.min, -1, 0, .max])
  func clocks(now: Int64) {
    #expect(date("Sun, 06 Nov 1994 08:49:37 GMT", now: now) == HTTPDateReadingTests.sample)
    #expect(date("Sunday, 06-Nov-94 08:49:37 GMT", now: now) != nil)
  }
}
