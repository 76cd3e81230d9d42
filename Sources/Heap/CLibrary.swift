#if arch(wasm32)
  import CMemory

  // malloc and its kin, for Swift's runtime, for OctetBuffer and for wasi-libc itself, whose own are
  // a sixth of the module.

  private struct Memory {
    private static var page: UInt { 65_536 }

    var heap = Heap()
    /// Of the memory that the heap has; 0 as long as it has none.
    private var end: UInt = 0

    mutating func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
      if let pointer = heap.allocate(count) { return pointer }
      guard count >= 0, count < Int.max / 2 else { return nil }
      if end == 0 {
        // The rest of the last page that the linker has filled.
        add((heap_base() &+ 15) & ~15, to: memory_grow(0) &* Memory.page)
        if let pointer = heap.allocate(count) { return pointer }
      }
      let pages = (UInt(bitPattern: count) &+ 64 &+ Memory.page &- 1) / Memory.page
      let old = memory_grow(pages)
      guard old != UInt.max else { return nil }
      add(old &* Memory.page, to: (old &+ pages) &* Memory.page)
      return heap.allocate(count)
    }

    private mutating func add(_ start: UInt, to end: UInt) {
      self.end = end
      guard end &- start >= 64 else { return }
      heap.add(
        UnsafeMutableRawBufferPointer(
          start: UnsafeMutableRawPointer(bitPattern: start), count: Int(bitPattern: end &- start)))
    }
  }

  // (The module has one thread.)
  nonisolated(unsafe) private var memory = Memory()

  @c(malloc)
  public func allocate(_ count: Int) -> UnsafeMutableRawPointer? { memory.allocate(count) }

  @c(free)
  public func release(_ pointer: UnsafeMutableRawPointer?) {
    if let pointer { memory.heap.free(pointer) }
  }

  @c(calloc)
  public func allocateZeros(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
    let (total, overflows) = count.multipliedReportingOverflow(by: size)
    guard !overflows, let pointer = memory.allocate(total) else { return nil }
    pointer.initializeMemory(as: UInt8.self, repeating: 0, count: total)
    return pointer
  }

  @c(realloc)
  public func resize(_ old: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeMutableRawPointer? {
    guard let old else { return memory.allocate(count) }
    if memory.heap.resize(old, to: count) { return old }
    guard let new = memory.allocate(count) else { return nil }
    memcpy(new, old, min(count, memory.heap.capacity(of: old)))
    memory.heap.free(old)
    return new
  }

  @c(aligned_alloc)
  public func allocate(_ alignment: Int, _ count: Int) -> UnsafeMutableRawPointer? {
    alignment <= Heap.alignment ? memory.allocate(count) : nil
  }

  @c(posix_memalign)
  public func allocate(
    _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: Int, _ count: Int
  ) -> Int32 {
    let pointer = allocate(alignment, count)
    if pointer != nil { result.pointee = pointer }
    // ENOMEM, as wasi-libc has it.
    return pointer == nil ? 48 : 0
  }
#endif
