import CMemory

extension MutableSpan<UInt8> {
  /// Copies a part to another place in the same span; the two may overlap.
  @inline(__always) @_lifetime(self: copy self)
  mutating func move(_ part: Range<Int>, to start: Int) {
    precondition(
      part.lowerBound >= 0 && part.upperBound <= count && start >= 0
        && start <= count - part.count)
    unsafe withUnsafeMutableBufferPointer { octets in
      guard let base = octets.baseAddress else { return }
      // Both ranges lie within the span, by the precondition.
      unsafe memmove(base + start, base + part.lowerBound, part.count)
    }
  }
}
