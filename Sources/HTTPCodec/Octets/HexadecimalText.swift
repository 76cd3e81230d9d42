extension OctetBuffer {
  /// Appends two hexadecimal digits.
  package mutating func append(hexadecimal octet: UInt8) {
    append(octet: (octet &>> 4).hexadecimalDigit)
    append(octet: (octet & 0xF).hexadecimalDigit)
  }
}

extension UInt8 {
  /// The digit of a number from 0 to 15, in lower case.
  @inline(__always)
  package var hexadecimalDigit: UInt8 { self &+ (self < 10 ? 0x30 : 0x61 - 10) }
}

extension UInt16 {
  /// Its four hexadecimal digits, in lower case, as octets in a word; that of the lowest four bits is the first.
  package var hexadecimalDigits: UInt32 {
    // Each four bits get an octet.
    var digits = UInt32(self)
    digits = (digits | digits &<< 8) & 0x00FF_00FF
    digits = (digits | digits &<< 4) & 0x0F0F_0F0F
    // From ten on they are letters, which begin 0x27 behind the end of the digits.
    let letters = (digits &+ 0x0606_0606) &>> 4 & 0x0101_0101
    return digits &+ 0x3030_3030 &+ letters &* 0x27
  }
}
