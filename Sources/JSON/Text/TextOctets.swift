import HTTPCodec
import Memory

/// What reading and writing strings have in common.
extension Span<UInt8> {
  /// The first octet from `start` on that does not stand for itself in a string of JSON, or is not ASCII, or the
  /// end: quotes, backslashes, control characters, and whatever has its top bit set.
  @inline(never)
  func endOfPlainText(from start: Int) -> Int {
    var position = start
    while count &- position >= 8 {
      let special = word(at: position).specialInText
      if special != 0 { return position &+ special.firstFound }
      position &+= 8
    }
    guard position < count else { return count }
    // (Zeros behind the end are special too.)
    return min(count, position &+ rest(from: position).specialInText.firstFound)
  }

  /// The octets from `position` on, of which there are from one to eight, with zeros behind them.
  @inline(__always)
  private func rest(from position: Int) -> UInt64 {
    let left = count &- position
    if count >= 8 {
      return word(at: count &- 8) &>> UInt64(truncatingIfNeeded: 64 &- left &* 8)
    }
    // Two parts that have some octets in common, or three.
    if left >= 4 {
      return UInt64(halfWord(at: position))
        | UInt64(halfWord(at: count &- 4)) &<< UInt64(truncatingIfNeeded: left &* 8 &- 32)
    }
    let middle = left / 2
    return UInt64(self[position])
      | UInt64(self[position &+ middle]) &<< UInt64(truncatingIfNeeded: middle &* 8)
      | UInt64(self[count &- 1]) &<< UInt64(truncatingIfNeeded: left &* 8 &- 8)
  }

  @inline(__always)
  private func halfWord(at position: Int) -> UInt32 {
    // The span checks that four octets are there, and any four octets are a number.
    UInt32(
      littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt32.self))
  }

  /// Whether these are the same octets; `==` for short names.
  @inline(__always)
  func isName(_ name: Span<UInt8>) -> Bool {
    guard count == name.count else { return false }
    var position = 0
    while count &- position > 8 {
      guard word(at: position) == name.word(at: position) else { return false }
      position &+= 8
    }
    return position == count || rest(from: position) == name.rest(from: position)
  }

  /// How many octets the UTF-8 of the scalar at `position` has that is not ASCII; 0 when it is not valid: cut off,
  /// longer than need be, half of a surrogate pair, or above U+10FFFF (RFC 3629 4).
  @inline(never)
  func lengthOfScalar(at position: Int) -> Int {
    let lead = octet(at: position)
    let second = octet(at: position &+ 1)
    let least: UInt8 = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80
    let most: UInt8 = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF
    guard lead >= 0xC2, lead <= 0xF4, second >= least, second <= most else { return 0 }
    if lead < 0xE0 { return 2 }
    guard octet(at: position &+ 2) & 0xC0 == 0x80 else { return 0 }
    if lead < 0xF0 { return 3 }
    return octet(at: position &+ 3) & 0xC0 == 0x80 ? 4 : 0
  }

  /// An octet; 0 behind the end.
  @inline(__always)
  func octet(at position: Int) -> UInt8 { position < count ? self[position] : 0 }

  /// The number that four hexadecimal digits are (RFC 8259 7); nil if there are other octets, or fewer.
  @inline(never)
  func codeUnit(at position: Int) -> UInt32? {
    guard count &- position >= 4 else { return nil }
    var unit: UInt32 = 0
    for i in position..<position &+ 4 {
      guard let digit = self[i].hexadecimalValue else { return nil }
      unit = unit &<< 4 | UInt32(truncatingIfNeeded: digit)
    }
    return unit
  }
}

extension UInt64 {
  /// The octets that are quotes, backslashes, control characters, or not ASCII; also some behind one of these. So
  /// what `firstFound` says is right.
  @inline(__always)
  var specialInText: UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // Without the second lowest bit a quote is the octet behind the control characters.
    let quotesAndControls = (self ^ 0x02 &* ones) &- 0x21 &* ones
    let backslashes = (self ^ 0x5C &* ones) &- ones
    return (quotesAndControls | backslashes | self) & (0x80 &* ones)
  }
}
