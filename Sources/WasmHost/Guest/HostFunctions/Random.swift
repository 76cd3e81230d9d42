import CLinux
import Glibc

// Random bytes: the kernel's, fit for keys.

extension HostFunction {
  static let random = [
    HostFunction("random_get", .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        var rest = try instance.memory.bytes(arguments[0], count: arguments[1])[...]
        while !rest.isEmpty {
          let count = getrandom(
            UnsafeMutableRawBufferPointer(rebasing: rest).baseAddress, rest.count, 0)
          if count < 0, errno != EINTR { throw .last }
          rest = rest.dropFirst(max(count, 0))
        }
      }
    }
  ]
}
