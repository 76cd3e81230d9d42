/// A natural number of any size, for the few decimals that only exact arithmetic can round.
struct BigNatural {
  /// The lowest first; no zeros at the end.
  private var limbs: [UInt32] = []

  init() {}

  init(_ value: UInt64) {
    multiply(by: 1, adding: UInt32(truncatingIfNeeded: value &>> 32))
    shiftLeft(by: 32)
    multiply(by: 1, adding: UInt32(truncatingIfNeeded: value))
  }

  mutating func multiply(by factor: UInt32, adding summand: UInt32 = 0) {
    var carry = UInt64(summand)
    for i in limbs.indices {
      // At most (2³² - 1)² + 2³² - 1.
      let product = UInt64(limbs[i]) &* UInt64(factor) &+ carry
      limbs[i] = UInt32(truncatingIfNeeded: product)
      carry = product &>> 32
    }
    if carry > 0 { limbs.append(UInt32(truncatingIfNeeded: carry)) }
  }

  mutating func multiply(byPowerOf5 power: Int) {
    var rest = power
    while rest >= 13 {
      multiply(by: 1_220_703_125)  // 5¹³, the largest that fits
      rest &-= 13
    }
    for _ in 0..<max(0, rest) { multiply(by: 5) }
  }

  mutating func shiftLeft(by bits: Int) {
    guard bits > 0, !limbs.isEmpty else { return }
    multiply(by: 1 &<< UInt32(truncatingIfNeeded: bits % 32))
    limbs.insert(contentsOf: repeatElement(0, count: bits / 32), at: 0)
  }

  /// Whether the number is below (-1), the same as (0) or above (1) another one.
  func order(to other: BigNatural) -> Int {
    if limbs.count != other.limbs.count { return limbs.count < other.limbs.count ? -1 : 1 }
    var i = limbs.count
    while i > 0 {
      i &-= 1
      if limbs[i] != other.limbs[i] { return limbs[i] < other.limbs[i] ? -1 : 1 }
    }
    return 0
  }

  /// Compares `digits` · 10^`power` with `binary` · 2^`exponent`, exactly.
  static func order(
    _ digits: consuming BigNatural, powerOf10 power: Int, to binary: UInt64, exponent: Int
  ) -> Int {
    var binary = BigNatural(binary)
    if power > 0 {
      digits.multiply(byPowerOf5: power)
    } else {
      binary.multiply(byPowerOf5: 0 &- power)
    }
    let shift = power &- exponent
    digits.shiftLeft(by: shift)
    binary.shiftLeft(by: 0 &- shift)
    return digits.order(to: binary)
  }
}
