import Testing

@testable import WasmHost

/// A list of subscriptions in a guest's memory, at 0x40000, with room for its events after it, at
/// 0x80000.
struct PollList {
  enum Subscription {
    case read(UInt32)
    case write(UInt32)
    /// Nanoseconds of a clock by its number.
    case clock(UInt32, UInt64, absolute: Bool)
    case raw(tag: UInt8, fd: UInt32)
  }

  struct Event: Equatable {
    var userdata: UInt64
    var errno: Errno?
    var type: UInt8
    var hungUp: Bool
    var bytes: UInt64
  }

  static let base: UInt32 = 0x4_0000
  static let events: UInt32 = 0xa_0000
  let guest: Guest

  /// Writes one subscription; its userdata is its place plus 1000.
  func put(_ subscription: Subscription, at place: Int) throws {
    let record = PollList.base + UInt32(place) * 48
    try guest.write([UInt8](repeating: 0, count: 48), at: record)
    try guest.memory.write(UInt64(place + 1000), at: record)
    switch subscription {
    case .clock(let id, let timeout, let isAbsolute):
      try guest.store(id, at: record + 16)
      try guest.memory.write(timeout, at: record + 24)
      try guest.memory.write(UInt16(isAbsolute ? 1 : 0), at: record + 40)
    case .read(let fd):
      try guest.write([1], at: record + 8)
      try guest.store(fd, at: record + 16)
    case .write(let fd):
      try guest.write([2], at: record + 8)
      try guest.store(fd, at: record + 16)
    case .raw(let tag, let fd):
      try guest.write([tag], at: record + 8)
      try guest.store(fd, at: record + 16)
    }
  }

  func poll(count: Int, function: String = "poll_oneoff") throws -> [Event] {
    try guest.expect(function, PollList.base, PollList.events, UInt32(count), 128)
    return try (0..<(try guest.load(128))).map { place in
      let record = PollList.events + place * 32
      return Event(
        userdata: try guest.memory.read(UInt64.self, at: record),
        errno: Errno(rawValue: try guest.memory.read(UInt16.self, at: record + 8)),
        type: try guest.memory.read(UInt8.self, at: record + 10),
        hungUp: try guest.memory.read(UInt16.self, at: record + 24) & 1 == 1,
        bytes: try guest.memory.read(UInt64.self, at: record + 16))
    }
  }
}

extension Guest {
  /// Polls; a clock of the given milliseconds comes first, so its place is 0. Returns the places
  /// that had events.
  func poll(
    _ subscriptions: PollList.Subscription..., milliseconds: UInt64 = 0
  ) throws -> [Int] {
    try pollEvents(subscriptions, milliseconds: milliseconds).map { Int($0.userdata) - 1000 }
      .sorted()
  }

  func pollEvents(
    _ subscriptions: [PollList.Subscription], milliseconds: UInt64 = 0
  ) throws -> [PollList.Event] {
    let list = PollList(guest: self)
    try list.put(.clock(1, milliseconds * 1_000_000, absolute: false), at: 0)
    for (place, subscription) in subscriptions.enumerated() {
      try list.put(subscription, at: place + 1)
    }
    return try list.poll(count: subscriptions.count + 1)
  }
}
