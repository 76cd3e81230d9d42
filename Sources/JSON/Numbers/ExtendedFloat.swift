/// A positive number as 64 bits times a power of two, for what a double is too coarse for. Results are cut off:
/// `slack` says by how much they may be wrong.
struct ExtendedFloat {
  /// The highest bit is set.
  private(set) var mantissa: UInt64
  private(set) var exponent: Int

  /// The most by which a mantissa may be wrong after `multiply(byPowerOf10:)`, if the number that it began with was, in
  /// relation to itself, not wrong by more than 10⁻¹⁸. (Each of nine factors adds less than 1.25 · 2⁻⁶², that number
  /// 4.7 · 2⁻⁶²: less than 16 · 2⁻⁶² of a mantissa below 2⁶⁴.)
  static var slack: UInt64 { 64 }

  /// - Parameter value: not 0.
  init(_ value: UInt64) {
    let shift = value.leadingZeroBitCount
    mantissa = value &<< UInt64(truncatingIfNeeded: shift)
    exponent = 0 &- shift
  }

  /// - Parameter power: from -511 to 511.
  mutating func multiply(byPowerOf10 power: Int) {
    var rest = power.magnitude
    var bit = 0
    while rest > 0, bit < 9 {
      if rest & 1 != 0 {
        let factor = powerOf10(at: power < 0 ? bit &+ 9 : bit)
        mantissa = highWord(mantissa, factor.mantissa)
        exponent &+= factor.exponent &+ 64
        let shift = mantissa.leadingZeroBitCount
        mantissa = mantissa &<< UInt64(truncatingIfNeeded: shift)
        exponent &-= shift
      }
      rest &>>= 1
      bit &+= 1
    }
  }
}

/// 10 to the power of 1, 2, 4 ... 256, then of -1, -2, -4 ... -256, rounded to 64 bits.
private func powerOf10(at place: Int) -> (mantissa: UInt64, exponent: Int) {
  switch place {
  case 0: (0xA000_0000_0000_0000, -60)  // 1
  case 1: (0xC800_0000_0000_0000, -57)  // 2
  case 2: (0x9C40_0000_0000_0000, -50)  // 4
  case 3: (0xBEBC_2000_0000_0000, -37)  // 8
  case 4: (0x8E1B_C9BF_0400_0000, -10)  // 16
  case 5: (0x9DC5_ADA8_2B70_B59E, 43)  // 32
  case 6: (0xC278_1F49_FFCF_A6D5, 149)  // 64
  case 7: (0x93BA_47C9_80E9_8CE0, 362)  // 128
  case 8: (0xAA7E_EBFB_9DF9_DE8E, 787)  // 256
  case 9: (0xCCCC_CCCC_CCCC_CCCD, -67)  // -1
  case 10: (0xA3D7_0A3D_70A3_D70A, -70)  // -2
  case 11: (0xD1B7_1758_E219_652C, -77)  // -4
  case 12: (0xABCC_7711_8461_CEFD, -90)  // -8
  case 13: (0xE695_94BE_C44D_E15B, -117)  // -16
  case 14: (0xCFB1_1EAD_4539_94BA, -170)  // -32
  case 15: (0xA87F_EA27_A539_E9A5, -276)  // -64
  case 16: (0xDDD0_467C_64BC_E4A1, -489)  // -128
  default: (0xC031_4325_637A_193A, -914)  // -256
  }
}

/// The higher half of a product of 128 bits. (The standard library's needs a compiler runtime in the module.)
private func highWord(_ left: UInt64, _ right: UInt64) -> UInt64 {
  let low: UInt64 = 0xFFFF_FFFF
  let middle = (left &>> 32) &* (right & low)
  let other = (left & low) &* (right &>> 32) &+ (((left & low) &* (right & low)) &>> 32)
  // Neither sum overflows: a product of two halves is at most 2⁶⁴ - 2³³ + 1.
  let carried = (middle & low) &+ other
  return (left &>> 32) &* (right &>> 32) &+ (middle &>> 32) &+ (carried &>> 32)
}
