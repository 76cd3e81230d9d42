import GuestABI

// Arguments and environment: what the configuration names, and nothing else.

extension Instance {
  func argsSizesGet(count: UInt32, size: UInt32) throws(Errno) {
    try writeSizes(of: configuration.arguments, count: count, size: size)
  }

  func argsGet(addresses: UInt32, strings: UInt32) throws(Errno) {
    try write(configuration.arguments, addresses: addresses, strings: strings)
  }

  func environSizesGet(count: UInt32, size: UInt32) throws(Errno) {
    try writeSizes(of: environmentStrings, count: count, size: size)
  }

  func environGet(addresses: UInt32, strings: UInt32) throws(Errno) {
    try write(environmentStrings, addresses: addresses, strings: strings)
  }

  private var environmentStrings: [String] {
    configuration.environment.map { "\($0.name)=\($0.value)" }
  }

  private func writeSizes(of list: [String], count: UInt32, size: UInt32) throws(Errno) {
    let total = list.reduce(0) { $0 + $1.utf8.count + 1 }
    try memory.write(UInt32(truncatingIfNeeded: list.count), at: count)
    try memory.write(UInt32(truncatingIfNeeded: total), at: size)
  }

  /// Writes the strings one after the other, each with a NUL, and the array of their addresses.
  private func write(_ list: [String], addresses: UInt32, strings: UInt32) throws(Errno) {
    let memory = memory
    let array = try memory.array(
      of: UInt32.self, at: addresses, count: UInt32(clamping: list.count))
    var address = strings
    for (place, string) in list.enumerated() {
      let text = Array(string.utf8) + [0]
      try memory.write(text, at: address)
      array[place] = address
      address &+= UInt32(truncatingIfNeeded: text.count)
    }
  }
}
