import GuestABI

// Time: the four clocks of preview1, in nanoseconds.

extension Instance {
  func clockTimeGet(clock number: UInt32, time: UInt32) throws(Errno) {
    guard let clock = Clock(rawValue: number) else { throw .inval }
    try memory.write(clock.now, at: time)
  }

  func clockResGet(clock number: UInt32, resolution: UInt32) throws(Errno) {
    guard let clock = Clock(rawValue: number) else { throw .inval }
    try memory.write(clock.resolution, at: resolution)
  }
}
