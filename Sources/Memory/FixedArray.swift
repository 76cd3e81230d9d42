import CMemory

/// An array whose memory is taken once, at start. Where there is not enough, `reserve` says so: Swift's own
/// arrays would trap, and a server must not.
///
///     var keys = FixedArray<UInt64>()
///     guard keys.reserve(slots, repeating: 0) else { return false }
///     keys[3] = 7
///
/// It is safe although it holds a pointer: the memory has `count` elements as long as the array is there, and
/// every access checks its index.
@safe @usableFromInline
package struct FixedArray<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline package var count = 0
  @usableFromInline var memory: UnsafeMutablePointer<Element>?

  /// An array without elements.
  package init() {
    unsafe memory = nil
  }

  // (Inlinable, since Embedded Swift compiles generic code where it is used.)
  @inlinable
  deinit {
    unsafe free(memory)  // this is the only pointer to it
  }

  /// Takes the memory of all elements. To be called once.
  ///
  /// - Returns: false when there is not enough memory.
  package mutating func reserve(_ count: Int, repeating value: Element) -> Bool {
    precondition(self.count == 0 && count >= 0)
    if count == 0 { return true }
    let stride = MemoryLayout<Element>.stride
    let filled = unsafe withUnsafeBytes(of: value) {
      unsafe allocate(count, stride: stride, copiesOf: $0)
    }
    guard let memory = unsafe filled else { return false }
    // Copies of a value whose octets are all that there is to it: the elements are initialised.
    unsafe self.memory = memory.bindMemory(to: Element.self, capacity: count)
    self.count = count
    return true
  }

  package var indices: Range<Int> { 0..<count }

  /// Whether an index is within the array. (As an unsigned number a negative one is too large as well.)
  @inlinable @inline(__always)
  package func contains(_ place: Int) -> Bool { UInt(bitPattern: place) < UInt(bitPattern: count) }

  package subscript(place: Int) -> Element {
    @inlinable @inline(__always) get {
      precondition(contains(place))
      return unsafe memory.unsafelyUnwrapped[place]  // there is an element here, so there is memory
    }
    @inlinable @inline(__always) set {
      precondition(contains(place))
      unsafe memory.unsafelyUnwrapped[place] = newValue  // as above
    }
  }

  /// The memory of the elements, for a C function that reads or changes them; there must be some.
  @unsafe
  package var pointer: UnsafeMutablePointer<Element> {
    precondition(count > 0)
    return unsafe memory.unsafelyUnwrapped  // there are elements, so there is memory
  }
}

/// Memory with `count` values that have these octets, one after another as in an array; nil when there is not
/// enough. (Not generic: it is there once.)
///
/// - Parameter stride: from one value to the next, no less than the octets of a value.
@inline(never)
private func allocate(_ count: Int, stride: Int, copiesOf value: UnsafeRawBufferPointer)
  -> UnsafeMutableRawPointer?
{
  guard let source = value.baseAddress, let memory = unsafe allocate(count, stride: stride) else {
    return nil
  }
  for i in 0..<count {
    _ = unsafe memcpy(memory + i * stride, source, value.count)  // within the product
  }
  return unsafe memory
}

/// Memory for `count` values, aligned for any type and not initialised; nil when there is not enough. (Unlike that
/// of calloc it is not touched: a page that is not used takes none of the machine's.)
@unsafe
package func allocate(_ count: Int, stride: Int) -> UnsafeMutableRawPointer? {
  let (size, overflows) = count.multipliedReportingOverflow(by: stride)
  return unsafe overflows ? nil : malloc(size)
}
