import CMemory

/// Octets that grow, up to a limit, in memory that may run out.
///
/// Both are answers here and not the end of the process: an append that finds no room changes
/// nothing and sets `overflowed`, which is asked once, when all is written.
public struct OctetBuffer: ~Copyable {
  private var memory: UnsafeMutablePointer<UInt8>?
  private var capacity = 0
  private let limit: Int
  public private(set) var count = 0
  /// Whether an append was dropped since the last `removeAll`.
  public private(set) var overflowed = false

  /// - Parameter limit: the most octets it may hold.
  public init(limit: Int) {
    self.limit = limit
  }

  deinit { free(memory) }

  public var isEmpty: Bool { count == 0 }

  /// What is in it. Valid until the buffer changes.
  public var octets: Octets {
    guard let memory else { return Octets("") }
    return Octets(memory, count: count)
  }

  /// The same, to be changed in place; nil when it never held anything.
  public var mutableOctets: UnsafeMutablePointer<UInt8>? { memory }

  /// Makes room for `extra` more octets; false when that is over the limit, or memory ran out.
  @inline(never)
  public mutating func reserve(_ extra: Int) -> Bool {
    guard extra <= limit - count else { return false }
    if count + extra <= capacity { return true }
    let wanted = min(max(count + extra, capacity * 2, 256), limit)
    guard let grown = realloc(memory, wanted) else { return false }
    memory = grown.assumingMemoryBound(to: UInt8.self)
    capacity = wanted
    return true
  }

  /// The memory behind the octets, for somebody else to write to: at least what was reserved.
  public var room: UnsafeMutableRawBufferPointer {
    guard let memory else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
    return UnsafeMutableRawBufferPointer(start: memory + count, count: capacity - count)
  }

  /// Takes in what was written to `room`.
  public mutating func advance(by written: Int) {
    assert(written >= 0 && written <= capacity - count)
    count += written
  }

  @inline(never)  // it stands in every line that writes a response: a call is smaller
  public mutating func append(_ source: UnsafePointer<UInt8>, count length: Int) {
    guard length <= capacity - count || reserve(length) else {
      overflowed = true
      return
    }
    guard let memory, length > 0 else { return }
    memcpy(memory + count, source, length)
    count += length
  }

  public mutating func append(_ octets: Octets) {
    append(octets.base, count: octets.count)
  }

  /// For an append in several parts that does not begin, because not all of them would fit.
  mutating func noteOverflow() { overflowed = true }

  public mutating func append(_ literal: StaticString) {
    append(literal.utf8Start, count: literal.utf8CodeUnitCount)
  }

  @inline(never)
  public mutating func append(octet: UInt8) {
    guard count < capacity || reserve(1), let memory else {
      overflowed = true
      return
    }
    memory[count] = octet
    count += 1
  }

  /// Appends a number in decimal digits.
  @inline(never)
  public mutating func append(decimal number: Int64) {
    if number < 0 { append(octet: UInt8(ascii: "-")) }
    append(decimal: number.magnitude)
  }

  public mutating func append(decimal number: UInt64, minimumDigits: Int = 1) {
    var divisor: UInt64 = 1
    var digits = 1
    while number / divisor >= 10 || digits < minimumDigits {
      divisor *= 10
      digits += 1
    }
    while divisor > 0 {
      append(octet: UInt8(truncatingIfNeeded: number / divisor % 10) + UInt8(ascii: "0"))
      divisor /= 10
    }
  }

  public mutating func removeAll() {
    count = 0
    overflowed = false
  }

  /// Cuts off what lies behind the first `length` octets.
  public mutating func truncate(to length: Int) {
    assert(length <= count)
    count = length
  }

  /// Undoes the appends behind the first `length` octets, those that found no room as well.
  public mutating func rollBack(to length: Int) {
    truncate(to: length)
    overflowed = false
  }

  public mutating func removeFirst(_ length: Int) {
    assert(length <= count)
    guard let memory, length > 0 else { return }
    memmove(memory, memory + length, count - length)
    count -= length
  }

  /// Gives the memory back as well.
  public mutating func release() {
    free(memory)
    memory = nil
    capacity = 0
    removeAll()
  }
}
