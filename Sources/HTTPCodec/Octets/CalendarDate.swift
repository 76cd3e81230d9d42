/// A point in time in the proleptic Gregorian calendar, UTC, of a year from 0 to 9999.
package struct CalendarDate {
  package let year, month, day, hour, minute, second: UInt64
  /// 0 is Sunday.
  package let weekday: Int

  /// The first and the last second, since the Unix epoch.
  package static var range: ClosedRange<Int64> { -62_167_219_200...253_402_300_799 }

  /// - Parameter seconds: since the Unix epoch; outside of the range the nearest within it is meant.
  package init(seconds: Int64) {
    let (first, last) = (CalendarDate.range.lowerBound, CalendarDate.range.upperBound)
    let seconds = UInt64(max(first, min(seconds, last)) &- first)
    let days = seconds / 86400
    let time = seconds % 86400
    (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60)
    weekday = Int((days &+ 6) % 7)  // 1 January 0 was a Saturday

    // Howard Hinnant's civil_from_days: years begin in March, so that leap days come last. (An era more than its
    // days, so that January of the year 0 has no negative number.)
    let shifted = days &- 60 &+ 146_097
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra &- dayOfEra / 1460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
    let marchMonth = (5 &* dayOfYear &+ 2) / 153
    day = dayOfYear &- (153 &* marchMonth &+ 2) / 5 &+ 1
    month = marchMonth < 10 ? marchMonth &+ 3 : marchMonth &- 9
    year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0) &- 400
  }

  /// The seconds from the Unix epoch to the start of a day; nil if the calendar has no such day.
  package static func seconds(year: Int64, month: Int64, day: Int64) -> Int64? {
    guard 0...9999 ~= year, 1...12 ~= month, day >= 1 else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let length = month == 2 ? (isLeap ? 29 : 28) : 30 &+ (month &+ month / 8) % 2
    guard day <= length else { return nil }
    // days_from_civil, of the same author; an era more here too.
    let marchYear = year &+ 400 &- (month <= 2 ? 1 : 0)
    let dayOfYear = (153 &* ((month &+ 9) % 12) &+ 2) / 5 &+ day &- 1
    let yearOfEra = marchYear % 400
    let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
    let days = marchYear / 400 &* 146_097 &+ dayOfEra &- 146_097 &- 719_468
    return days &* 86400
  }
}
