import Memory

/// Reading the dates of fields.
extension Span<UInt8> {
  /// The point in time that an HTTP-date is, in seconds since the Unix epoch; nil for anything else (RFC 9110 5.6.7).
  /// All three formats are read:
  ///
  ///     Sun, 06 Nov 1994 08:49:37 GMT    IMF-fixdate
  ///     Sunday, 06-Nov-94 08:49:37 GMT   RFC 850
  ///     Sun Nov  6 08:49:37 1994         asctime
  ///
  /// The date must exist; that its day of the week is the right one is not checked. A leap second is the second that
  /// follows it.
  ///
  /// ```swift
  /// let since = request.fields["if-modified-since"]?.httpDate(now: 784_111_777)
  /// ```
  ///
  /// - Parameter now: in seconds since the epoch. A year of two digits is of the century in which it is not more than
  ///   50 years ahead of this.
  @inline(never)
  public func httpDate(now: Int64) -> Int64? {
    if count == 29 { return fixdate(now) }
    if count == 24 { return asctime(now) }
    return rfc850(now)
  }

  private func fixdate(_ now: Int64) -> Int64? {
    guard name(at: 0, of: dayNames) != nil, has(", ", at: 3), has(" ", at: 7), has(" ", at: 11),
      has(" ", at: 16), has(" GMT", at: 25)
    else { return nil }
    return date(year: number(at: 12, 4), month: 8, day: number(at: 5, 2), time: 17)
  }

  private func asctime(_ now: Int64) -> Int64? {
    guard name(at: 0, of: dayNames) != nil, has(" ", at: 3), has(" ", at: 7), has(" ", at: 10),
      has(" ", at: 19)
    else { return nil }
    // date3 = month SP ( 2DIGIT / ( SP 1DIGIT ))
    let day = has(" ", at: 8) ? number(at: 9, 1) : number(at: 8, 2)
    return date(year: number(at: 20, 4), month: 4, day: day, time: 11)
  }

  private func rfc850(_ now: Int64) -> Int64? {
    let name = split(at: .comma).before
    guard name.isFullDayName else { return nil }
    let rest = extracting(droppingFirst: name.count)
    guard rest.count == 24, rest.has(", ", at: 0), rest.has("-", at: 4), rest.has("-", at: 8),
      rest.has(" ", at: 11), rest.has(" GMT", at: 20), let short = rest.number(at: 9, 2)
    else { return nil }
    let day = rest.number(at: 2, 2)
    // The latest century in which this is no more than 50 years ahead.
    // (Whatever a clock says, the window is within the years that the calendar has.)
    let now = max(0, min(now, 250_000_000_000))
    let thisYear = Int64(CalendarDate(seconds: now).year)
    var year = thisYear / 100 * 100 &+ 100 &+ short
    while year >= 100 {
      // (29 February is not in each century.)
      if let date = rest.date(year: year, month: 5, day: day, time: 12),
        date <= yearsLater(50, than: now)
      {
        return date
      }
      year &-= 100
      if year < thisYear &- 200 { return nil }
    }
    return nil
  }

  /// The name of three letters at a position, as its place among the names.
  private func name(at position: Int, of names: StaticString) -> Int64? {
    guard position &+ 3 <= count else { return nil }
    let octets = names.octets
    for place in 0..<octets.count / 3 {
      if extracting(position..<position &+ 3) == octets.extracting(3 &* place..<3 &* place &+ 3) {
        return Int64(place)
      }
    }
    return nil
  }

  private var isFullDayName: Bool {
    self == "Sunday" || self == "Monday" || self == "Tuesday" || self == "Wednesday"
      || self == "Thursday" || self == "Friday" || self == "Saturday"
  }

  private func has(_ literal: StaticString, at position: Int) -> Bool {
    let end = position &+ literal.utf8CodeUnitCount
    return end <= count && extracting(position..<end) == literal
  }

  private func number(at position: Int, _ digits: Int) -> Int64? {
    guard position &+ digits <= count else { return nil }
    return extracting(position..<position &+ digits).decimal(upTo: 9999)
  }

  /// - Parameters:
  ///   - month: where its name is.
  ///   - time: where hour, minute and second are.
  private func date(year: Int64?, month: Int, day: Int64?, time: Int) -> Int64? {
    guard let year, let day, let month = name(at: month, of: monthNames).map({ $0 &+ 1 }),
      has(":", at: time &+ 2), has(":", at: time &+ 5), let hour = number(at: time, 2),
      let minute = number(at: time &+ 3, 2), let second = number(at: time &+ 6, 2),
      hour < 24, minute < 60, second <= 60,
      let start = CalendarDate.seconds(year: year, month: month, day: day)
    else { return nil }
    return start &+ hour &* 3600 &+ minute &* 60 &+ second
  }
}

/// The same day and time in another year; the last of February where it has no 29th.
private func yearsLater(_ years: Int64, than seconds: Int64) -> Int64 {
  let date = CalendarDate(seconds: seconds)
  let (year, month) = (Int64(date.year) &+ years, Int64(date.month))
  // (A day that the month has not there is its 29 February.)
  let start =
    CalendarDate.seconds(year: year, month: month, day: Int64(date.day))
    ?? CalendarDate.seconds(year: year, month: month, day: 28) ?? 0
  return start &+ Int64(date.hour) &* 3600 &+ Int64(date.minute) &* 60 &+ Int64(date.second)
}
