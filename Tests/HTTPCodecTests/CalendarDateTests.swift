import Testing

@testable import HTTPCodec

@Suite("Calendar dates")
struct CalendarDateTests {
  @Test("Every day of six eras follows the one before it, and is found again")
  func days() {
    var (year, month, day): (UInt64, UInt64, UInt64) = (0, 1, 1)
    var weekday = 6
    var seconds = CalendarDate.range.lowerBound
    var faults = 0
    while year < 2400 {
      let date = CalendarDate(seconds: seconds)
      let found = CalendarDate.seconds(year: Int64(year), month: Int64(month), day: Int64(day))
      if (date.year, date.month, date.day, date.weekday) != (year, month, day, weekday)
        || found != seconds
      {
        faults += 1
      }
      day += 1
      if day > length(year, month) {
        if CalendarDate.seconds(year: Int64(year), month: Int64(month), day: Int64(day)) != nil {
          faults += 1
        }
        (day, month) = (1, month + 1)
      }
      if month > 12 { (month, year) = (1, year + 1) }
      weekday = (weekday + 1) % 7
      seconds += 86400
    }
    #expect(faults == 0)
  }

  private func length(_ year: UInt64, _ month: UInt64) -> UInt64 {
    let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Int(month) - 1]
  }

  @Test(
    "What the calendar does not have is no day, and what is outside of it is the nearest within")
  func limits() {
    for (year, month, day) in [
      (-1, 1, 1), (10_000, 1, 1), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (2026, 2, 29),
    ] as [(Int64, Int64, Int64)] {
      #expect(CalendarDate.seconds(year: year, month: month, day: day) == nil)
    }
    #expect(CalendarDate(seconds: .min).year == 0)
    let last = CalendarDate(seconds: .max)
    #expect((last.year, last.month, last.day, last.second) == (9999, 12, 31, 59))
  }
}
