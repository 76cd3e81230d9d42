import CMemory

/// Up to eight octets in a word, the first lowest: what stands around a value, put together without memory.
@usableFromInline
package struct ShortOctets {
  @usableFromInline var word: UInt64 = 0
  @usableFromInline package var count = 0

  @inlinable @inline(__always)
  package init() {}

  /// Appends an octet. There must be fewer than eight.
  @inlinable @inline(__always)
  package mutating func append(_ octet: UInt8) {
    word |= UInt64(octet) &<< UInt64(truncatingIfNeeded: count &* 8)
    count &+= 1
  }

  /// Puts an octet before the others. There must be fewer than eight.
  @inlinable @inline(__always)
  package mutating func prepend(_ octet: UInt8) {
    word = word &<< 8 | UInt64(octet)
    count &+= 1
  }
}

extension OctetBuffer {
  /// Appends octets with what stands before and behind them, in one step.
  @inline(never)
  package mutating func append(
    _ before: ShortOctets, _ octets: Span<UInt8>, _ behind: ShortOctets
  ) {
    // Whole words are stored, of which only a part may count.
    let needed = octets.count &+ 16
    guard needed <= capacity &- count || reserve(needed), let memory = unsafe memory else {
      append(before)
      append(octets)
      append(behind)
      return
    }
    unsafe octets.withUnsafeBufferPointer { source in
      // There is room for two words and all of `octets`, and none of it is `octets`: this buffer is changed
      // exclusively.
      let start = unsafe UnsafeMutableRawPointer(memory + count)
      unsafe start.storeBytes(of: before.word.littleEndian, as: UInt64.self)
      let target = unsafe start + before.count
      if let source = source.baseAddress { unsafe memcpy(target, source, octets.count) }
      unsafe (target + octets.count).storeBytes(of: behind.word.littleEndian, as: UInt64.self)
    }
    grow(by: before.count &+ octets.count &+ behind.count)
  }

  /// Appends octets that are in a word, one by one.
  @inline(never)
  @_optimize(size)
  package mutating func append(_ octets: ShortOctets) {
    for i in 0..<octets.count {
      append(octet: UInt8(truncatingIfNeeded: octets.word &>> UInt64(truncatingIfNeeded: i &* 8)))
    }
  }
}
