#if arch(wasm32)
  import CMemory

  // malloc and its kin, for Swift's runtime, for OctetBuffer and for wasi-libc itself, whose own are
  // a sixth of the module. Each is as unsafe as the C standard has it: a caller that passes a pointer
  // vouches that it came from one of these functions and was not freed since.

  private struct Memory {
    private static var page: UInt { 65_536 }

    var heap = Heap()
    /// Of the memory that the heap has; 0 as long as it has none.
    private var end: UInt = 0

    mutating func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
      if let pointer = unsafe heap.allocate(count) { return unsafe pointer }
      guard count >= 0, count < Int.max / 2 else { return nil }
      if end == 0 {
        // The rest of the last page that the linker has filled.
        add((heap_base() &+ 15) & ~15, to: memory_grow(0) &* Memory.page)
        if let pointer = unsafe heap.allocate(count) { return unsafe pointer }
      }
      let pages = (UInt(bitPattern: count) &+ 64 &+ Memory.page &- 1) / Memory.page
      let old = memory_grow(pages)
      guard old != UInt.max else { return nil }
      add(old &* Memory.page, to: (old &+ pages) &* Memory.page)
      return unsafe heap.allocate(count)
    }

    private mutating func add(_ start: UInt, to end: UInt) {
      self.end = end
      guard end &- start >= 64 else { return }
      // Memory that the linker left over, or that was grown just now: no other code has an address in it.
      unsafe heap.add(
        UnsafeMutableRawBufferPointer(
          start: UnsafeMutableRawPointer(bitPattern: start), count: Int(bitPattern: end &- start)))
    }
  }

  // The module has one thread: no two calls are in here at once.
  nonisolated(unsafe) private var memory = Memory()

  @c(malloc)
  public func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
    unsafe memory.allocate(count)
  }

  @c(free)
  public func release(_ pointer: UnsafeMutableRawPointer?) {
    // What the caller vouches for.
    if let pointer = unsafe pointer { unsafe memory.heap.free(pointer) }
  }

  @c(calloc)
  public func allocateZeros(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
    let (total, overflows) = count.multipliedReportingOverflow(by: size)
    guard !overflows, let pointer = unsafe memory.allocate(total) else { return nil }
    // The piece has at least `total` octets.
    unsafe pointer.initializeMemory(as: UInt8.self, repeating: 0, count: total)
    return unsafe pointer
  }

  @c(realloc)
  public func resize(_ old: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeMutableRawPointer? {
    guard let old = unsafe old else { return unsafe memory.allocate(count) }
    // What the caller vouches for.
    if unsafe memory.heap.resize(old, to: count) { return unsafe old }
    guard let new = unsafe memory.allocate(count) else { return nil }
    // As much as both pieces have; they are two, so they do not overlap.
    unsafe memcpy(new, old, min(count, memory.heap.capacity(of: old)))
    unsafe memory.heap.free(old)
    return unsafe new
  }

  @c(aligned_alloc)
  public func allocate(_ alignment: Int, _ count: Int) -> UnsafeMutableRawPointer? {
    unsafe alignment <= Heap.alignment ? memory.allocate(count) : nil
  }

  @c(posix_memalign)
  public func allocate(
    _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: Int, _ count: Int
  ) -> Int32 {
    // ENOMEM, as wasi-libc has it.
    guard let pointer = unsafe allocate(alignment, count) else { return 48 }
    // Where the caller wants the pointer.
    unsafe result.pointee = pointer
    return 0
  }
#endif
