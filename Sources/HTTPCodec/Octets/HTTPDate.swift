import Memory

extension OctetBuffer {
  /// Appends a date as IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7).
  ///
  /// - Parameter seconds: since the Unix epoch; of a year from 1970 to 9999.
  package mutating func append(httpDate seconds: Int64) {
    let date = CalendarDate(seconds: max(0, seconds))
    append(nameAt: date.weekday, of: dayNames)
    append(", ")
    append(decimal: date.day, minimumDigits: 2)
    append(octet: .space)
    append(nameAt: Int(date.month) &- 1, of: monthNames)
    append(octet: .space)
    append(decimal: date.year, minimumDigits: 4)
    append(octet: .space)
    append(timeOf: date)
    append(" GMT")
  }

  /// Appends a date as RFC 3339 has it, "1994-11-06T08:49:37.123Z", for logs.
  ///
  /// - Parameter milliseconds: of the second, from 0 to 999.
  package mutating func append(timestamp seconds: Int64, milliseconds: Int64) {
    append(dateTime: max(0, seconds))
    append(octet: UInt8(ascii: "."))
    append(decimal: UInt64(clamping: milliseconds), minimumDigits: 3)
    append(octet: UInt8(ascii: "Z"))
  }

  /// Appends date and time as RFC 3339 has them, "1994-11-06T08:49:37", without fraction and offset.
  ///
  /// - Parameter seconds: since the Unix epoch; of a year from 0 to 9999.
  package mutating func append(dateTime seconds: Int64) {
    let date = CalendarDate(seconds: seconds)
    append(decimal: date.year, minimumDigits: 4)
    append(octet: UInt8(ascii: "-"))
    append(decimal: date.month, minimumDigits: 2)
    append(octet: UInt8(ascii: "-"))
    append(decimal: date.day, minimumDigits: 2)
    append(octet: UInt8(ascii: "T"))
    append(timeOf: date)
  }

  private mutating func append(nameAt place: Int, of names: StaticString) {
    append(names.octets.extracting(3 &* place..<3 &* place &+ 3))
  }

  @inline(never)
  private mutating func append(timeOf date: CalendarDate) {
    append(decimal: date.hour, minimumDigits: 2)
    append(octet: .colon)
    append(decimal: date.minute, minimumDigits: 2)
    append(octet: .colon)
    append(decimal: date.second, minimumDigits: 2)
  }
}

/// Names of three letters each, one behind the other.
var dayNames: StaticString { "SunMonTueWedThuFriSat" }
var monthNames: StaticString { "JanFebMarAprMayJunJulAugSepOctNovDec" }
