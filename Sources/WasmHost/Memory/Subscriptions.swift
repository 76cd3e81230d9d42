/// The guest's list of `subscription` records, 48 bytes each, where it lies in guest memory (range
/// and alignment have been checked). The guest does not run while the host reads it.
struct Subscriptions {
  enum Tag: UInt8 { case clock, read, write }

  static let stride = 48
  let base: UnsafeRawPointer
  let count: Int

  @inline(__always)
  func userdata(_ place: Int) -> UInt64 {
    base.load(fromByteOffset: place * Self.stride, as: UInt64.self)
  }

  /// Nil for a tag that preview1 does not have.
  @inline(__always)
  func tag(_ place: Int) -> Tag? {
    Tag(rawValue: rawTag(place))
  }

  @inline(__always)
  func rawTag(_ place: Int) -> UInt8 {
    base.load(fromByteOffset: place * Self.stride + 8, as: UInt8.self)
  }

  @inline(__always)
  func fd(_ place: Int) -> UInt32 {
    base.load(fromByteOffset: place * Self.stride + 16, as: UInt32.self)
  }

  @inline(__always)
  func has(_ tag: Tag, _ fd: UInt32, at place: Int) -> Bool {
    place < count && rawTag(place) == tag.rawValue && self.fd(place) == fd
  }

  /// When a clock subscription fires, in nanoseconds of the monotonic clock; nil for a clock one
  /// cannot wait for. Relative timeouts count from `start`.
  func deadline(_ place: Int, start: UInt64) -> UInt64? {
    let record = base + place * Self.stride
    let timeout = record.load(fromByteOffset: 24, as: UInt64.self)
    let isAbsolute = record.load(fromByteOffset: 40, as: UInt16.self) & 1 == 1
    guard let clock = Clock(rawValue: record.load(fromByteOffset: 16, as: UInt32.self)) else {
      return nil
    }
    switch (clock, isAbsolute) {
    case (.monotonic, true): return timeout
    case (.monotonic, false), (.realtime, false): return start.addingSaturated(timeout)
    case (.realtime, true):
      let now = clock.now
      return timeout <= now ? start : start.addingSaturated(timeout - now)
    case (.processTime, _), (.threadTime, _): return nil
    }
  }
}

/// The guest's room for `event` records, 32 bytes each, as many as it has subscriptions.
struct EventList {
  static let stride = 32
  let base: UnsafeMutableRawPointer
  let capacity: Int
  var count = 0

  init(base: UnsafeMutableRawPointer, capacity: Int) {
    self.base = base
    self.capacity = capacity
  }

  /// The answer to one subscription. WasmEdge's `nbytes` is 1 for any socket; so it is here.
  mutating func append(
    _ subscriptions: Subscriptions, _ place: Int, error: Errno = .success, bytes: UInt64 = 0,
    hungUp: Bool = false
  ) {
    guard count < capacity else { return }
    let record = base + count * Self.stride
    let tag = subscriptions.rawTag(place)
    record.storeBytes(of: subscriptions.userdata(place), as: UInt64.self)
    record.storeBytes(of: error.rawValue, toByteOffset: 8, as: UInt16.self)
    record.storeBytes(of: tag, toByteOffset: 10, as: UInt8.self)
    record.storeBytes(of: bytes, toByteOffset: 16, as: UInt64.self)
    record.storeBytes(of: hungUp ? 1 : 0, toByteOffset: 24, as: UInt64.self)
    count += 1
  }
}

extension UInt64 {
  fileprivate func addingSaturated(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
