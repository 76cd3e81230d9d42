import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Dates")
struct HTTPDateTests {
  private func date(_ seconds: Int64) -> String {
    var buffer = OctetBuffer(limit: 64)
    buffer.append(httpDate: seconds)
    return text(buffer.octets)
  }

  private func timestamp(_ seconds: Int64) -> String {
    var buffer = OctetBuffer(limit: 64)
    buffer.append(timestamp: seconds, milliseconds: 7)
    return text(buffer.octets)
  }

  @Test(
    "Known dates are written as IMF-fixdate and as RFC 3339 has them",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z"),
      (59, "Thu, 01 Jan 1970 00:00:59 GMT", "1970-01-01T00:00:59Z"),
      (86_399, "Thu, 01 Jan 1970 23:59:59 GMT", "1970-01-01T23:59:59Z"),
      (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT", "2000-02-29T00:00:00Z"),
      (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT", "2000-02-29T23:59:59Z"),
      (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT", "2000-03-01T00:00:00Z"),
      (1_234_567_890, "Fri, 13 Feb 2009 23:31:30 GMT", "2009-02-13T23:31:30Z"),
      (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT", "2024-02-29T00:00:00Z"),
      (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT", "2024-12-31T23:59:59Z"),
      (2_147_483_647, "Tue, 19 Jan 2038 03:14:07 GMT", "2038-01-19T03:14:07Z"),
      (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT", "2100-02-28T23:59:59Z"),
      (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT", "2100-03-01T00:00:00Z"),
      (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59Z"),
    ] as [(Int64, String, String)])
  func known(seconds: Int64, http: String, rfc3339: String) {
    #expect(date(seconds) == http)
    #expect(timestamp(seconds) == rfc3339.dropLast() + ".007Z")
  }

  @Test("A clock before 1970 is at its beginning", arguments: [-1, -86_400, .min] as [Int64])
  func tooEarly(seconds: Int64) {
    #expect(date(seconds) == "Thu, 01 Jan 1970 00:00:00 GMT")
    #expect(timestamp(seconds) == "1970-01-01T00:00:00.007Z")
  }

  @Test("A clock behind 9999 is at its end", arguments: [253_402_300_800, .max] as [Int64])
  func tooLate(seconds: Int64) {
    #expect(date(seconds) == "Fri, 31 Dec 9999 23:59:59 GMT")
    #expect(timestamp(seconds) == "9999-12-31T23:59:59.007Z")
  }

  @Test("Days, months and weekdays follow one another up to the year 9999")
  func sweep() {
    let dayNames = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let monthNames = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    var day = 0  // since the epoch
    for year in 1970...9999 {
      let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
      let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      for (month, length) in lengths.enumerated() {
        let last = day + length - 1
        // All months for a while; then the one that leap years are about.
        if year < 2110 || month == 1 {
          let name = "\(monthNames[month]) \(year)"
          let first = "\(dayNames[day % 7]), 01 \(name) 00:00:00 GMT"
          let end = "\(dayNames[last % 7]), \(length) \(name) 23:59:59 GMT"
          guard date(Int64(day) * 86_400) == first, date(Int64(last) * 86_400 + 86_399) == end
          else {
            Issue.record("\(name): \(date(Int64(day) * 86_400)), \(date(Int64(last) * 86_400))")
            return
          }
        }
        day += length
      }
    }
  }

  @Test("Hours, minutes and seconds follow one another through a day")
  func time() {
    for second in stride(from: 0, to: 86_400, by: 97) {
      func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
      let time = "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
      #expect(date(Int64(second)) == "Thu, 01 Jan 1970 \(time) GMT")
    }
  }
}
