import Memory

extension Decimal {
  /// The decimal with the fewest digits that is read as this double, and of those the nearest to it.
  ///
  /// - Parameter value: positive and finite.
  init(shortest value: Double) {
    if let few = Decimal.few(value) {
      self = few
      return
    }
    // With more digits a decimal never gets worse: the fewest are between those that were too few, and those that do.
    var least = 1
    var most = 17
    var found = Decimal.nearest(value, digits: 17)
    while least < most {
      let middle = (least &+ most) / 2
      if let decimal = Decimal.matching(value, digits: middle) {
        found = decimal
        most = middle
      } else {
        least = middle &+ 1
      }
    }
    self = found
  }

  /// A decimal of at most 15 digits with few of them behind the point, as most numbers are that people write. Of
  /// so many digits no two are read as the same double.
  private static func few(_ value: Double) -> Decimal? {
    guard value >= 1e-5, value < 1e15 else { return nil }
    var factor: UInt64 = 1
    for places in 0..<16 {
      let scaled = value * Double(factor)
      guard scaled < 1e15 else { return nil }
      let digits = UInt64(scaled + 0.5)
      // Both are doubles without loss, so the quotient is what reading would give.
      if digits < 1_000_000_000_000_000, Double(digits) / Double(factor) == value {
        return Decimal(digits, exponent: 0 &- places)
      }
      factor = factor &* 10
    }
    return nil
  }

  /// The nearest decimal of so many digits if it is read as the same double.
  private static func matching(_ value: Double, digits: Int) -> Decimal? {
    let nearest = nearest(value, digits: digits)
    if nearest.double(from: Span()) == value { return nearest }
    // Below a power of two doubles are closer: the next decimal may be further away, and do.
    guard value.significandBitPattern == 0 else { return nil }
    let next = Decimal(nearest.digits &+ 1, exponent: Int(truncatingIfNeeded: nearest.exponent))
    return next.double(from: Span()) == value ? next : nil
  }

  /// The nearest decimal of so many digits, at most 17.
  private static func nearest(_ value: Double, digits: Int) -> Decimal {
    let isSubnormal = value.exponentBitPattern == 0
    let binary = value.significandBitPattern | (isSubnormal ? 0 : 1 &<< 52)
    let exponent = Int(max(value.exponentBitPattern, 1)) &- 1075
    var limit: UInt64 = 1
    for _ in 0..<digits { limit = limit &* 10 }

    var float = ExtendedFloat(binary)
    // log10(2) is 0.30103: the power may be one too many.
    let magnitude = (float.exponent &+ exponent &+ 63) &* 30103
    var power =
      digits &- 1 &- (magnitude >= 0 ? magnitude / 100_000 : 0 &- (99_999 &- magnitude) / 100_000)
    var number: UInt64
    repeat {
      float = ExtendedFloat(binary)
      float.multiply(byPowerOf10: power)
      // The point is within the mantissa, since the number has from 1 to 18 digits.
      let shift = UInt64(truncatingIfNeeded: 0 &- (float.exponent &+ exponent))
      number = shift > 63 ? 0 : float.mantissa &>> shift
      power &-= 1
    } while number >= limit
    power &+= 1
    // The estimate is about one off at most. In the middle between two numbers the even one is taken.
    while order(middleAbove: number, power, binary, exponent) < Int(number & 1) { number &+= 1 }
    while number > 0,
      order(middleAbove: number &- 1, power, binary, exponent) >= 1 &- Int(number & 1)
    {
      number &-= 1
    }
    if number == limit { return Decimal(limit / 10, exponent: 1 &- power) }
    return Decimal(number, exponent: 0 &- power)
  }

  /// How the middle between a number and the next one is to the double.
  private static func order(
    middleAbove number: UInt64, _ power: Int, _ binary: UInt64, _ exponent: Int
  ) -> Int {
    BigNatural.order(
      BigNatural(number &* 2 &+ 1), powerOf10: 0 &- power, to: binary, exponent: exponent &+ 1)
  }
}
