import Memory

extension StaticString {
  /// One of the lines of this literal, from 0 on; empty behind the last one.
  @inline(never) @_lifetime(immortal)
  func line(_ number: Int) -> Span<UInt8> {
    let octets = self.octets
    var (start, end, left) = (0, 0, number)
    while end < octets.count {
      if octets[end] == 0x0A {
        if left == 0 { break }
        left &-= 1
        start = end &+ 1
      }
      end &+= 1
    }
    return left == 0 ? octets.extracting(start..<end) : Span()
  }
}
