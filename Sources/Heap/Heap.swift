/// Memory in pieces: allocate, free, resize, in a bounded number of steps.
///
/// Free neighbours are always joined, so that what many connections held in small pieces can be one
/// large piece later: the memory that a server's settings bound stays bounded whatever its clients do.
///
///     used   │ size, flags │ contents …                              │
///     free   │ size, flags │ next │ previous │ …             │ size  │
///
/// Free blocks are in a list for each class of sizes, four classes to a power of two (Masmano et al.,
/// "TLSF: a new dynamic memory allocator for real-time systems", 2004, without its bitmaps).
///
/// An allocator is unsafe by nature: it makes pointers of addresses. All of its own reads and writes are in
/// one place (`subscript`). They are right as long as a block's head, which is outside of what is given out,
/// is not overwritten by a caller that writes beyond its piece.
@safe
package struct Heap {
  /// Of what is allocated, as C has it for any object.
  package static var alignment: Int { 16 }

  private static var word: UInt { UInt(MemoryLayout<UInt>.size) }
  private static var grain: UInt { UInt(alignment) }
  private static var smallest: UInt { 4 * word }
  private static var isFree: UInt { 1 }
  private static var isBehindFree: UInt { 2 }

  private var lists = InlineArray<112, UInt>(repeating: 0)
  /// Where the last region ends: the head of a block without contents that is never free.
  private var tail: UInt = 0

  package init() {}

  // MARK: Allocating

  /// Nil when there is no room: more can be added, and then asked again.
  @inline(never)
  package mutating func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
    guard let size = blockSize(count), let block = find(size) else { return nil }
    unlink(block)
    let whole = sizeOf(block)
    setHead(block, whole)
    self[next(block)] &= ~Heap.isBehindFree
    trim(block, to: size)
    // The contents of a block that no list has any more: no one else's.
    return unsafe UnsafeMutableRawPointer(bitPattern: block &+ Heap.word)
  }

  /// - Parameter pointer: what `allocate` gave, once. Nothing checks that.
  @inline(never) @unsafe
  package mutating func free(_ pointer: UnsafeMutableRawPointer) {
    // The caller vouches for the pointer: its block's head is a word before it.
    release(UInt(bitPattern: pointer) &- Heap.word)
  }

  /// Makes what was allocated larger or smaller where it is.
  ///
  /// - Parameter pointer: what `allocate` gave and `free` has not got back.
  /// - Returns: false when the memory behind it is in use.
  @inline(never) @unsafe
  package mutating func resize(_ pointer: UnsafeMutableRawPointer, to count: Int) -> Bool {
    guard let size = blockSize(count) else { return false }
    let block = UInt(bitPattern: pointer) &- Heap.word
    let follower = next(block)
    if sizeOf(block) < size {
      guard self[follower] & Heap.isFree != 0, sizeOf(block) &+ sizeOf(follower) >= size else {
        return false
      }
      unlink(follower)
      setHead(block, sizeOf(block) &+ sizeOf(follower) | self[block] & Heap.isBehindFree)
      self[next(block)] &= ~Heap.isBehindFree
    }
    trim(block, to: size)
    return true
  }

  /// How many octets there are at least.
  ///
  /// - Parameter pointer: what `allocate` gave and `free` has not got back.
  @unsafe
  package func capacity(of pointer: UnsafeMutableRawPointer) -> Int {
    Int(bitPattern: sizeOf(UInt(bitPattern: pointer) &- Heap.word) &- Heap.word)
  }

  /// Adds memory, which is one with what was added last when it lies right behind it.
  ///
  /// - Parameter region: its bounds are multiples of `alignment`, and it has at least 64 octets. It is the
  ///   heap's from now on.
  @inline(never) @unsafe
  package mutating func add(_ region: UnsafeMutableRawBufferPointer) {
    let start = UInt(bitPattern: region.baseAddress)
    let end = start &+ UInt(bitPattern: region.count) &- Heap.word
    var block = tail
    if block &+ Heap.word != start {
      block = start &+ Heap.grain &- Heap.word
      self[block] = 0
    }
    setHead(block, end &- block | self[block] & Heap.isBehindFree)
    setHead(end, 0)
    tail = end
    release(block)
  }

  // MARK: Blocks

  /// A word of a head, of a list or of a free block's end.
  ///
  /// The addresses come from a region's bounds, from sizes that this type has written, and from lists of
  /// such: they are those of aligned words in memory that was added, and never 0.
  private subscript(address: UInt) -> UInt {
    get { unsafe UnsafePointer<UInt>(bitPattern: address).unsafelyUnwrapped.pointee }
    nonmutating set {
      unsafe UnsafeMutablePointer<UInt>(bitPattern: address).unsafelyUnwrapped.pointee = newValue
    }
  }

  private func setHead(_ block: UInt, _ head: UInt) { self[block] = head }

  private func sizeOf(_ block: UInt) -> UInt { self[block] & ~(Heap.grain &- 1) }

  private func next(_ block: UInt) -> UInt { block &+ sizeOf(block) }

  /// Of a block for so many octets; nil when there can be none.
  private func blockSize(_ count: Int) -> UInt? {
    guard count >= 0, count < Int.max / 2 else { return nil }
    let size = (UInt(bitPattern: count) &+ Heap.word &+ Heap.grain &- 1) & ~(Heap.grain &- 1)
    return max(size, Heap.smallest)
  }

  /// Gives back what a block has beyond this size.
  private mutating func trim(_ block: UInt, to size: UInt) {
    let rest = sizeOf(block) &- size
    guard rest >= Heap.smallest else { return }
    setHead(block, size | self[block] & Heap.isBehindFree)
    setHead(block &+ size, rest)
    release(block &+ size)
  }

  /// Makes a block free, together with its free neighbours.
  @inline(never)
  private mutating func release(_ block: UInt) {
    var block = block
    var size = sizeOf(block)
    let follower = next(block)
    if self[follower] & Heap.isFree != 0 {
      unlink(follower)
      size &+= sizeOf(follower)
    }
    if self[block] & Heap.isBehindFree != 0 {
      block &-= self[block &- Heap.word]
      unlink(block)
      size &+= sizeOf(block)
    }
    setHead(block, size | Heap.isFree)
    self[block &+ size &- Heap.word] = size
    self[block &+ size] |= Heap.isBehindFree
    link(block)
  }

  // MARK: Lists

  /// The list of a size: its power of two, and which quarter of the way to the next one.
  private func list(of size: UInt) -> Int {
    let power = UInt.bitWidth &- 1 &- size.leadingZeroBitCount
    let quarter = Int(bitPattern: size >> UInt(bitPattern: power &- 2)) & 3
    return min((power &- 4) &* 4 &+ quarter, lists.count - 1)
  }

  /// A free block of at least this size. (Mutating, as `fit`: else the compiler copies the lists to look at one.)
  private mutating func find(_ size: UInt) -> UInt? {
    let own = list(of: size)
    // Any block of a further list is large enough; of its own list, only some are.
    var number = own &+ 1
    while number < lists.count {
      if lists[number] != 0 { return fit(number, size) }
      number &+= 1
    }
    return fit(own, size)
  }

  private mutating func fit(_ number: Int, _ size: UInt) -> UInt? {
    var block = lists[number]
    while block != 0 && sizeOf(block) < size { block = self[block &+ Heap.word] }
    return block == 0 ? nil : block
  }

  private mutating func link(_ block: UInt) {
    let number = list(of: sizeOf(block))
    let first = lists[number]
    self[block &+ Heap.word] = first
    self[block &+ 2 &* Heap.word] = 0
    if first != 0 { self[first &+ 2 &* Heap.word] = block }
    lists[number] = block
  }

  @inline(never)
  private mutating func unlink(_ block: UInt) {
    let next = self[block &+ Heap.word]
    let previous = self[block &+ 2 &* Heap.word]
    if next != 0 { self[next &+ 2 &* Heap.word] = previous }
    if previous != 0 {
      self[previous &+ Heap.word] = next
    } else {
      lists[list(of: sizeOf(block))] = next
    }
  }
}
