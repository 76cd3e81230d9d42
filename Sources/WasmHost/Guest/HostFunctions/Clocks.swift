// Time: the four clocks of preview1, in nanoseconds.

extension HostFunction {
  static let clocks = [
    HostFunction("clock_time_get", .i32, .i64, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        guard let clock = Clock(rawValue: arguments[0]) else { throw .inval }
        try instance.memory.store(clock.now, at: arguments[2])
      }
    },
    HostFunction("clock_res_get", .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        guard let clock = Clock(rawValue: arguments[0]) else { throw .inval }
        try instance.memory.store(clock.resolution, at: arguments[1])
      }
    },
  ]
}
