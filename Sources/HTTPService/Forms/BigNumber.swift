/// A number without a sign, as large as reading a `Double` exactly needs: about 2000 bits.
struct BigNumber {
  /// The limbs, the lowest first, without a zero at the end.
  private var limbs: [UInt32] = []

  init(_ value: UInt32 = 0) { if value > 0 { limbs = [value] } }

  var bitWidth: Int {
    guard let last = limbs.last else { return 0 }
    return limbs.count &* 32 &- last.leadingZeroBitCount
  }

  mutating func multiply(by factor: UInt32, adding: UInt32 = 0) {
    var carry = UInt64(adding)
    for i in limbs.indices {
      let product = UInt64(limbs[i]) &* UInt64(factor) &+ carry
      limbs[i] = UInt32(truncatingIfNeeded: product)
      carry = product >> 32
    }
    if carry > 0 { limbs.append(UInt32(truncatingIfNeeded: carry)) }
  }

  mutating func multiply(byPowerOfTen exponent: Int) {
    var rest = exponent
    while rest >= 9 {
      multiply(by: 1_000_000_000)
      rest &-= 9
    }
    for _ in 0..<rest { multiply(by: 10) }
  }

  mutating func shiftLeft(_ count: Int) {
    if limbs.isEmpty { return }
    let bits = UInt32(count & 31)
    if bits > 0 {
      var carry: UInt32 = 0
      for i in limbs.indices {
        let limb = limbs[i]
        limbs[i] = limb &<< bits | carry
        carry = limb &>> (32 &- bits)
      }
      if carry > 0 { limbs.append(carry) }
    }
    if count >= 32 { limbs.insert(contentsOf: repeatElement(0, count: count / 32), at: 0) }
  }

  /// - Parameter other: not larger.
  mutating func subtract(_ other: BigNumber) {
    var borrow: UInt64 = 0
    for i in limbs.indices {
      let theirs = UInt64(i < other.limbs.count ? other.limbs[i] : 0) &+ borrow
      let ours = UInt64(limbs[i])
      borrow = ours < theirs ? 1 : 0
      limbs[i] = UInt32(truncatingIfNeeded: ours &- theirs)
    }
    while limbs.last == 0 { limbs.removeLast() }
  }

  static func < (left: BigNumber, right: BigNumber) -> Bool {
    if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
    var i = left.limbs.count
    while i > 0 {
      i &-= 1
      if left.limbs[i] != right.limbs[i] { return left.limbs[i] < right.limbs[i] }
    }
    return false
  }

  static func >= (left: BigNumber, right: BigNumber) -> Bool { !(left < right) }

  static func == (left: BigNumber, right: BigNumber) -> Bool { !(left < right) && !(right < left) }
}
