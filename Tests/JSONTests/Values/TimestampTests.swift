import Foundation
import SeededRandom
import Testing

@testable import JSON

struct TimestampTests {
  private func read(_ text: String) -> Timestamp? { Timestamp(Array(text.utf8).span) }
  private func write(_ seconds: Int64, _ nanoseconds: Int32 = 0) -> String {
    encode(Timestamp(seconds: seconds, nanoseconds: nanoseconds))
  }

  @Test(
    "A date-time of RFC 3339 is read",
    arguments: [
      ("1970-01-01T00:00:00Z", 0, 0), ("1970-01-01t00:00:00z", 0, 0),
      ("1985-04-12T23:20:50.52Z", 482_196_050, 520_000_000),
      ("1996-12-19T16:39:57-08:00", 851_042_397, 0), ("1990-12-31T23:59:60Z", 662_688_000, 0),
      ("1990-12-31T15:59:60-08:00", 662_688_000, 0),
      ("1937-01-01T12:00:27.87+00:20", -1_041_337_173, 870_000_000),
      ("2026-11-27T10:22:52.123456789Z", 1_795_774_972, 123_456_789),
      ("2026-11-27T10:22:52.1234567899999Z", 1_795_774_972, 123_456_789),
      ("2026-11-27T10:22:52.000000000000000000001Z", 1_795_774_972, 0),
      ("1969-12-31T23:59:59.5Z", -1, 500_000_000), ("1970-01-01T00:00:00-00:00", 0, 0),
      ("2000-02-29T00:00:00+23:59", 951_696_060, 0), ("0000-01-01T00:00:00Z", -62_167_219_200, 0),
      ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999),
      ("2024-02-29T12:00:00Z", 1_709_208_000, 0),
    ] as [(String, Int64, Int32)])
  func reading(text: String, seconds: Int64, nanoseconds: Int32) {
    #expect(read(text) == Timestamp(seconds: seconds, nanoseconds: nanoseconds))
  }

  @Test(
    "What is no date-time is refused",
    arguments: [
      "", "2026-11-27", "10:22:52Z", "2026-11-27T10:22:52", "2026-11-27 10:22:52Z",
      "2026-11-27T10:22Z",
      "2026-11-27T10:22:52.Z", "2026-11-27T10:22:52,5Z", "2026-11-27T24:00:00Z",
      "2026-11-27T10:60:00Z",
      "2026-11-27T10:22:61Z", "2026-11-27T10:22:60Z", "1990-12-31T23:59:60+01:00",
      "2026-13-01T00:00:00Z",
      "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
      "2026-04-31T00:00:00Z",
      "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-11-27T10:22:52+24:00",
      "2026-11-27T10:22:52+01:60",
      "2026-11-27T10:22:52+0100", "2026-11-27T10:22:52+1:00", "2026-11-27T10:22:52Z ",
      " 2026-11-27T10:22:52Z",
      "2026-11-27T10:22:52ZZ", "+2026-11-27T10:22:52Z", "26-11-27T10:22:52Z", "2026-1-27T10:22:52Z",
      "20261127T102252Z", "2026-11-27T10:22:52Z\u{0}", "0000-01-01T00:00:00+00:01",
      "9999-12-31T23:59:59-00:01",
      "9999-12-31T23:59:60Z", "２026-11-27T10:22:52Z", "-001-11-27T10:22:52Z",
      "2026-11-27T-1:22:52Z",
    ])
  func refusing(text: String) throws {
    #expect(read(text) == nil)
    let error = try #require(failure([Timestamp].self, "[\(encode(text))]"))
    #expect(JSONTests.text(error) == "/0: a date and time as in 2026-01-31T23:59:59Z was expected")
    #expect(error.offset == 1)
  }

  @Test("Days of the whole calendar are the days that the C library says")
  func days() {
    var time = tm()
    for day in stride(from: Int64(-719_528), through: 2_932_896, by: 1)
    where day % 97 == 0 || day > 2_932_800 || day < -719_400 {
      var seconds = time_t(day * 86400 + (day & 0xFFFF) % 86400)
      gmtime_r(&seconds, &time)
      let expected = String(
        format: "%04d-%02d-%02dT%02d:%02d:%02dZ", Int(time.tm_year) + 1900, time.tm_mon + 1,
        time.tm_mday,
        time.tm_hour, time.tm_min, time.tm_sec)
      let written = write(Int64(seconds))
      if written != "\"\(expected)\"" || read(expected)?.seconds != Int64(seconds) {
        Issue.record("\(seconds) is \(written), not \(expected)")
      }
    }
  }

  @Test("A fraction is written with as many groups of digits as it needs")
  func fractions() {
    #expect(write(0) == #""1970-01-01T00:00:00Z""#)
    #expect(write(0, 500_000_000) == #""1970-01-01T00:00:00.500Z""#)
    #expect(write(0, 1_000_000) == #""1970-01-01T00:00:00.001Z""#)
    #expect(write(-1, 1_000) == #""1969-12-31T23:59:59.000001Z""#)
    #expect(write(0, 1) == #""1970-01-01T00:00:00.000000001Z""#)
    #expect(write(0, 120_000) == #""1970-01-01T00:00:00.000120Z""#)
    #expect(write(.min, -5) == #""0000-01-01T00:00:00Z""#)
    #expect(write(.max, .max) == #""9999-12-31T23:59:59.999999999Z""#)
  }

  @Test("Escapes in a date-time stand for what they stand for; other values are refused")
  func strings() throws {
    #expect(try decode(Timestamp.self, #""1970-01-01\u005400:00:01Z""#).seconds == 1)
    for json in ["0", "null", "[]", #"{"seconds":1}"#] {
      #expect(failure(Timestamp.self, json)?.kind == .value)
    }
    #expect(failure(Timestamp.self, #""1970"#)?.kind == .syntax)
    #expect(Timestamp(seconds: 1) < Timestamp(seconds: 1, nanoseconds: 1))
    #expect(Timestamp(seconds: 1, nanoseconds: 5) < Timestamp(seconds: 2))
  }
}
