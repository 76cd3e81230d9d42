import HTTPService
import SeededRandom
import Testing

@testable import CodecOracle

@Suite("Values as text")
struct TextValueTests {
  private func value<Value: TextValue>(_ characters: String, _ type: Value.Type) -> Value? {
    withOctets(characters) { Value(text: $0) }
  }

  @Test(
    "An integer is read within its type's range",
    arguments: [
      "0", "-0", "7", "-7", "007", "2147483647", "2147483648", "-2147483648", "-2147483649",
      "4294967295", "4294967296", "9223372036854775807", "9223372036854775808",
      "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
      "18446744073709551616", "99999999999999999999999999", "-99999999999999999999999999",
      "00000000000000000000000000000000001", "10", "-10", "100000000000000000000",
    ])
  func integers(digits: String) {
    // (Swift's own reader is as strict, but for a plus.)
    #expect(value(digits, Int.self) == Int(digits))
    #expect(value(digits, Int32.self) == Int32(digits))
    #expect(value(digits, Int64.self) == Int64(digits))
    let isUnsigned = !digits.hasPrefix("-")
    #expect(value(digits, UInt32.self) == (isUnsigned ? UInt32(digits) : nil))
    #expect(value(digits, UInt64.self) == (isUnsigned ? UInt64(digits) : nil))
  }

  @Test(
    "What is not digits is no integer",
    arguments: [
      "", "-", "+1", "--1", " 1", "1 ", "1.0", "1e3", "0x1", "1_000", "1,000", "\u{B2}", "1\0",
      "-\u{30}a",
    ])
  func notIntegers(characters: String) {
    #expect(value(characters, Int.self) == nil)
    #expect(value(characters, Int32.self) == nil)
    #expect(value(characters, Int64.self) == nil)
    #expect(value(characters, UInt32.self) == nil)
    #expect(value(characters, UInt64.self) == nil)
  }

  @Test("true and false are the only truths")
  func truths() {
    #expect(value("true", Bool.self) == true)
    #expect(value("false", Bool.self) == false)
    for other in ["", "True", "TRUE", "1", "0", "yes", "on", "true ", "truefalse"] {
      #expect(value(other, Bool.self) == nil)
    }
  }

  @Test("Text must be UTF-8, and octets need not be")
  func texts() {
    #expect(value(utf8("日本 é"), String.self) == "日本 é")
    #expect(value("", String.self) == "")
    #expect(value("\u{E9}", String.self) == nil)
    #expect(value("\u{E9}\0", [UInt8].self) == [0xE9, 0])
    #expect(value("", [UInt8].self) == [])
  }

  @Test("A choice is one of its words, exactly")
  func choices() {
    #expect(value("asc", Order.self) == .ascending)
    #expect(value("desc", Order.self) == .descending)
    for other in ["", "ASC", "as", "ascc", "descending"] {
      #expect(value(other, Order.self) == nil)
    }
  }

  @Test(
    "A decimal number is the nearest one that there is",
    arguments: [
      "0", "-0", "0.0", "0e5", "1", "-1", "1.5", "0.1", "0.2", "0.3", "35.6895",
      "-139.6917", "1e0",
      "1E5", "1e+5", "1e-5", "1e22", "1e23", "123456789012345678901234567890",
      "9007199254740992", "9007199254740993", "9007199254740994", "9007199254740995",
      "9007199254740993.00000000000000000000000000000000001", "1.7976931348623157e308",
      "179769313486231580793728971405301e276", "2.2250738585072014e-308", "2.2250738585072011e-308",
      "4.9e-324", "5e-324",
      "2.4703282292062327e-324", "2.4703282292062328e-324", "2.47e-324", "1e-400", "0e999999999999",
      "8.41e21", "9.5e-5", "2.2204460492503131e-16", "6.9294956446009195e15",
      "7.2057594037927933e16",
      "1e-323", "100e-325",
      "0.000000000000000000000000000000000000000000000000000000000000000000001",
    ])
  func decimals(digits: String) {
    #expect(value(digits, Double.self)?.bitPattern == Double(digits)?.bitPattern, "\(digits)")
  }

  @Test("Numbers of many digits and powers are those that Swift's own reader finds")
  func randomDecimals() {
    var random = SplitMix64(seed: 42)
    for _ in 0..<3000 {
      var digits = String(random.next() >> (random.next() % 64))
      let places = Int(random.next() % 30)
      if places > 0 {
        digits += "." + (0..<places).map { _ in String(random.next() % 10) }.joined()
      }
      if random.next() % 3 > 0 { digits += "e\(Int(random.next() % 700) - 350)" }
      let expected = Double(digits).flatMap { $0.isFinite ? $0 : nil }
      guard value(digits, Double.self) == expected else {
        Issue.record("\(digits)")
        return
      }
    }
    // Those halfway between two, and their neighbours.
    for _ in 0..<1000 {
      let lower = random.next() >> 11 | 1 << 52
      for digits in [
        "\(lower).5", "\(lower).4999999999999999999999", "\(lower).5000000000000000000001",
      ] {
        guard value(digits, Double.self) == Double(digits) else {
          Issue.record("\(digits)")
          return
        }
      }
    }
  }

  @Test(
    "What is no decimal number, or has no end, is refused",
    arguments: [
      "", "-", ".", "1.", "007.50", ".5", "-.5", "+1", "1e", "1e+", "e5", "1e5.0", "0x1p3", "inf",
      "-inf",
      "infinity",
      "nan", "NaN", "1 ", " 1", "1,5", "1_0", "1e309", "-1e309", "1e999999999999999999999",
      "1.7976931348623159e308", "--1", "1.5.5", "1\0",
    ])
  func notDecimals(characters: String) {
    #expect(value(characters, Double.self) == nil)
  }

  @Test("A number of more characters than 128 is refused")
  func tooLong() {
    #expect(value("0." + String(repeating: "3", count: 126), Double.self) == 1.0 / 3)
    #expect(value("0." + String(repeating: "3", count: 127), Double.self) == nil)
  }
}
