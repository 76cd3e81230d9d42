import Testing

@testable import JSON

struct IntegerTests {
  private func check<Value: JSONValue & FixedWidthInteger & Sendable>(_: Value.Type) throws {
    for value in [Value.min, Value.min + 1, 0, 1, 9, 10, 99, Value.max - 1, Value.max] {
      #expect(try decode(Value.self, "\(value)") == value)
      #expect(encode(value) == "\(value)")
      #expect(try decode([Value].self, encode([value, value])) == [value, value])
    }
    #expect(try decode(Value.self, "-0") == 0)
    // One more at either end, and far more.
    let range = "an integer from \(Value.min) to \(Value.max) was expected"
    let above = Double(Value.max) < 1e18 ? "\(Int64(Value.max) + 1)" : "\(Value.max)0"
    let below = Value.isSigned ? "\(Value.min)0" : "-1"
    for number in [
      above, below, "99999999999999999999", "18446744073709551616", "-9223372036854775809",
      "100000000000000000000000000000000000000000",
    ] {
      let error = try #require(failure(Value.self, number), "\(number)")
      #expect(text(error) == range)
      #expect(error.kind == .value)
      #expect(error.offset == 0)
    }
    for other in ["1.0", "1.5", "1e3", "1E0", "0.0", "\"1\"", "null", "true", "[]", "{}"] {
      let error = try #require(failure(Value.self, other), "\(other)")
      #expect(text(error) == range)
    }
    for broken in ["01", "1.", "+1", "-", "1e", "tru", "", "x"] {
      #expect(failure(Value.self, broken)?.kind == .syntax, "\(broken)")
    }
  }

  @Test("Integers of every size are read and written without loss, and their range is kept")
  func sizes() throws {
    try check(Int8.self)
    try check(Int16.self)
    try check(Int32.self)
    try check(Int64.self)
    try check(Int.self)
    try check(UInt8.self)
    try check(UInt16.self)
    try check(UInt32.self)
    try check(UInt64.self)
    try check(UInt.self)
  }

  @Test("Every power of ten and its neighbours are written as they are")
  func powers() throws {
    var power: UInt64 = 1
    for _ in 0..<19 {
      power *= 10
      for value in [power - 1, power, power + 1] {
        #expect(encode(value) == "\(value)")
        #expect(try decode(UInt64.self, "\(value)") == value)
        let signed = -Int64(clamping: value)
        #expect(encode(signed) == "\(signed)")
      }
    }
  }
}
