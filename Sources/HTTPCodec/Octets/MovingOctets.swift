import CMemory

extension MutableSpan<UInt8> {
  /// Copies a part to a place that is nearer to the start of the span; the two may overlap.
  @inline(__always) @_lifetime(self: copy self)
  package mutating func move(_ part: Range<Int>, to start: Int) {
    precondition(start >= 0 && start <= part.lowerBound && part.upperBound <= count)
    unsafe withUnsafeMutableBufferPointer { octets in
      guard let base = octets.baseAddress else { return }
      // Both ranges lie within the span, by the precondition.
      unsafe memmove(base + start, base + part.lowerBound, part.count)
    }
  }
}
