// Arguments and environment: only what the configuration names.

extension HostFunction {
  static let environment = [
    HostFunction("args_sizes_get", .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        let list = instance.argumentStrings
        try instance.storeSizes(of: list, count: arguments[0], bytes: arguments[1])
      }
    },
    HostFunction("args_get", .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        let list = instance.argumentStrings
        try instance.store(list, pointers: arguments[0], bytes: arguments[1])
      }
    },
    HostFunction("environ_sizes_get", .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        let list = instance.environmentStrings
        try instance.storeSizes(of: list, count: arguments[0], bytes: arguments[1])
      }
    },
    HostFunction("environ_get", .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        let list = instance.environmentStrings
        try instance.store(list, pointers: arguments[0], bytes: arguments[1])
      }
    },
  ]
}

extension Instance {
  fileprivate var argumentStrings: [String] { configuration.arguments }

  fileprivate var environmentStrings: [String] {
    configuration.environment.map { "\($0.name)=\($0.value)" }
  }

  fileprivate func storeSizes(of list: [String], count: UInt32, bytes: UInt32) throws(Errno) {
    let size = list.reduce(0) { $0 + $1.utf8.count + 1 }
    try memory.store(UInt32(truncatingIfNeeded: list.count), at: count)
    try memory.store(UInt32(truncatingIfNeeded: size), at: bytes)
  }

  /// Writes each string with a NUL after it, and the array of their addresses.
  fileprivate func store(_ list: [String], pointers: UInt32, bytes: UInt32) throws(Errno) {
    let array = try memory.pointer(pointers, count: list.count * 4, align: 4)
    var address = bytes
    for (place, string) in list.enumerated() {
      let text = Array(string.utf8) + [0]
      let target = try memory.bytes(address, count: UInt32(truncatingIfNeeded: text.count))
      target.copyBytes(from: text)
      array.storeBytes(of: address, toByteOffset: place * 4, as: UInt32.self)
      address &+= UInt32(truncatingIfNeeded: text.count)
    }
  }
}
