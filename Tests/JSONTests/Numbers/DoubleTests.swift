import Foundation
import SeededRandom
import Testing

@testable import JSON

struct DoubleTests {
  private func read(_ text: String) -> Double? { try? decode(Double.self, text) }

  /// Decimals at the limits of doubles, and halfway between two of them.
  static let decimals: [String] = {
    var found = [
      "0", "-0", "0.0", "0e9", "1", "0.1", "0.2", "0.3", "1e22", "1e23", "-1e23",
      "9007199254740991",
      "9007199254740992", "9007199254740993", "9007199254740993.0000000000000000000000000000001",
      "9007199254740995", "9007199254740994.999999999999999999999999", "1.7976931348623157e308",
      "1.7976931348623158e308", "1.797693134862315807e308", "4.9406564584124654e-324", "5e-324",
      "2.4703282292062327e-324", "2.4703282292062328e-324", "2.2250738585072014e-308",
      "2.2250738585072011e-308", "2.225073858507201136057409796709131975934819546351645648e-308",
      "1e-400", "0.000001", "123456789012345678901234567890", "0.1234567890123456789012345678901",
      "1e308", "1e-308", "1e-323", "6.02214076e23", "8.41e21", "9.5e-322", "3e-324", "1.5e-323",
      "17976931348623157e292", "1000000000000000000000000000000000000000e-39", "1e000000000022",
      "0." + String(repeating: "0", count: 400) + "1e401",
      "1" + String(repeating: "0", count: 400)
        + "e-400", "0." + String(repeating: "0", count: 5000) + "25e5001",
    ]
    // Halfway between neighbours, exactly and by a digit that lies far behind.
    var random = SplitMix64(seed: 7)
    for _ in 0..<200 {
      let value = Double(bitPattern: random.next() >> 1)
      guard value.isFinite, value.magnitude < 1e300, value.magnitude > 1e-300 else { continue }
      let (digits, exponent) = exactMiddle(above: value)
      for digits in [digits, digits + "0000000000000000000001", digits.dropLast() + "4999999"] {
        found.append("0.\(digits)e\(exponent)")
      }
    }
    return found
  }()

  /// All digits of the number in the middle between a double and the next one.
  private static func exactMiddle(above value: Double) -> (digits: String, exponent: Int) {
    // significand · 2^exponent, times 2, plus 1, as decimal digits by schoolbook arithmetic.
    let exponent = Int(value.exponentBitPattern) - 1076
    var digits = Array(
      String((value.significandBitPattern | 1 << 52) * 2 + 1).utf8.map { Int($0) - 48 })
    var point = digits.count
    for _ in 0..<abs(exponent) {
      if exponent > 0 {
        var carry = 0
        for i in digits.indices.reversed() {
          let next = digits[i] * 2 + carry
          (digits[i], carry) = (next % 10, next / 10)
        }
        if carry > 0 {
          digits.insert(carry, at: 0)
          point += 1
        }
      } else {
        var rest = 0
        for i in digits.indices {
          let next = rest * 10 + digits[i]
          (digits[i], rest) = (next / 2, next % 2)
        }
        if rest > 0 { digits.append(5) }
        if digits[0] == 0 {
          digits.removeFirst()
          point -= 1
        }
      }
    }
    return (digits.map(String.init).joined(), point)
  }

  @Test("A decimal is read as the nearest double, as the C library reads it")
  func reading() {
    for text in DoubleTests.decimals {
      let expected = strtod(text, nil)
      let found = read(text)
      if found?.bitPattern != expected.bitPattern {
        Issue.record("\(text): \(String(describing: found)), not \(expected)")
      }
      if !text.hasPrefix("-") { #expect(read("-" + text)?.bitPattern == (-expected).bitPattern) }
    }
  }

  @Test("What no double can hold is an error, and what is too small is zero")
  func limits() throws {
    for text in [
      "1e309", "1e400", "1.7976931348623159e308", "179769313486231580793e289",
      "1e1000000000000000000000",
      "1" + String(repeating: "0", count: 400),
    ] {
      let error = try #require(failure(Double.self, text), "\(text)")
      #expect(JSONTests.text(error) == "a number that a double can hold was expected")
    }
    for text in ["1e-400", "1e-1000000000000000000000", "0e99999999999", "0.0e-99"] {
      #expect(read(text)?.bitPattern == 0)
    }
    for text in ["\"1\"", "null", "[]", "true"] {
      let error = try #require(failure(Double.self, text))
      #expect(JSONTests.text(error) == "a number was expected")
    }
  }

  @Test("Any decimal is read as the C library reads it", arguments: 0..<4)
  func randomDecimals(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<1500 {
      let length = Int.random(in: 1...Int.random(in: 1...40), using: &random)
      let digits = (0..<length).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
      let text =
        "\(Int.random(in: 1...9, using: &random)).\(digits)e\(Int.random(in: -330...305, using: &random))"
      if read(text)?.bitPattern != strtod(text, nil).bitPattern { Issue.record("\(text)") }
    }
  }

  @Test(
    "A double is written with as few digits as Swift needs, and read as the same", arguments: 0..<8)
  func randomDoubles(seed: UInt64) {
    var random = SplitMix64(seed: 100 + seed)
    for i in 0..<800 {
      let bits = random.next()
      var value = Double(bitPattern: bits)
      if i % 4 == 1 { value = Double(Int64(truncatingIfNeeded: bits) >> 20) / 1000 }
      if i % 4 == 2 { value = Double(bits >> 11) / 9_007_199_254_740_992 }
      check(value)
    }
  }

  private func check(_ value: Double) {
    let written = encode(value)
    guard value.isFinite else {
      #expect(written == "null")
      return
    }
    if read(written)?.bitPattern != value.bitPattern {
      Issue.record("\(value) is written \(written)")
    }
    // The same digits as Swift's own shortest form; only the way to write the exponent is another.
    if digits(written) != digits("\(value)") { Issue.record("\(value) is written \(written)") }
  }

  /// The digits without the zeros around them.
  private func digits(_ number: String) -> String {
    let digits = number.prefix { $0 != "e" }.filter(\.isNumber)
    let trimmed = digits.drop { $0 == "0" }
    return String(String(trimmed.reversed()).drop { $0 == "0" }.reversed())
  }

  @Test("Powers of two, and their neighbours, are written with the fewest digits")
  func powersOfTwo() {
    for exponent in stride(from: -1074, through: 1023, by: 3) {
      let power = scalbn(1.0, exponent)
      for value in [power, power.nextUp, power.nextDown] where value.isFinite && value > 0 {
        check(value)
      }
    }
    for exponent in -323...308 {
      if let power = Double("1e\(exponent)") {
        for value in [power, power.nextUp, power.nextDown] where value.isFinite { check(value) }
      }
    }
  }

  @Test(
    "Doubles are written as JavaScript writes them",
    arguments: [
      (0.0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (0.1, "0.1"), (-19.99, "-19.99"),
      (1e15, "1000000000000000"),
      (1e20, "100000000000000000000"), (1e21, "1e+21"), (1.5e21, "1.5e+21"),
      (123_456_789_012_345_680_000, "123456789012345680000"),
      (1e-6, "0.000001"), (1e-7, "1e-7"), (1.25e-7, "1.25e-7"), (0.00001234, "0.00001234"),
      (5e-324, "5e-324"),
      (1.7976931348623157e308, "1.7976931348623157e+308"),
      (2.2250738585072014e-308, "2.2250738585072014e-308"),
      (9_007_199_254_740_991, "9007199254740991"), (9_007_199_254_740_993, "9007199254740992"),
      (0.1 + 0.2, "0.30000000000000004"),
      (1.0 / 3, "0.3333333333333333"), (123.456, "123.456"), (4.35, "4.35"), (.infinity, "null"),
      (-.infinity, "null"),
      (.nan, "null"), (5.684341886080802e-14, "5.684341886080802e-14"), (2.5, "2.5"),
      (1e23, "1e+23"),
      (-1e-300, "-1e-300"),
    ] as [(Double, String)])
  func writing(value: Double, text: String) {
    #expect(encode(value) == text)
  }
}
