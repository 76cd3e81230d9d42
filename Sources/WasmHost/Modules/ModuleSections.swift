/// The sections of a module (WebAssembly 5.5.2), up to the first that cannot be read. The engine reports what is
/// wrong from there on.
struct ModuleSections: Sequence, IteratorProtocol {
  typealias Reader = Slice<UnsafeRawBufferPointer>

  struct Section {
    let identifier: UInt8
    let content: Reader
    /// The section's octets in the module, its identifier and size included.
    let place: Range<Int>
  }

  static let code: UInt8 = 10

  private var reader: Reader

  init(_ module: UnsafeRawBufferPointer) { reader = module.dropFirst(8) }

  mutating func next() -> Section? {
    let start = reader.startIndex
    guard let identifier = reader.popFirst(), let content = reader.takeSized() else { return nil }
    return Section(
      identifier: identifier, content: content, place: start..<reader.startIndex)
  }
}

extension Slice<UnsafeRawBufferPointer> {
  /// An unsigned LEB128 of at most 32 bits (WebAssembly 5.2.2).
  mutating func takeInteger() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 35, by: 7) {
      guard let octet = popFirst() else { return nil }
      value |= UInt64(octet & 0x7f) << shift
      if octet < 0x80 { return value }
    }
    return nil
  }

  /// An integer, and as many octets as it says.
  mutating func takeSized() -> Slice<UnsafeRawBufferPointer>? {
    guard let size = takeInteger(), size <= count else { return nil }
    defer { self = dropFirst(Int(size)) }
    return prefix(Int(size))
  }
}
