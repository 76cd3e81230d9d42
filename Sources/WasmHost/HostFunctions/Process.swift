import CLinux
import Glibc
import GuestABI

// Random octets; the guest's own end, and its giving way.

extension Instance {
  /// The kernel's, fit for keys.
  func randomGet(buffer: UInt32, count: UInt32) throws(Errno) {
    var rest = try memory.bytes(buffer, count: count)[...]
    while !rest.isEmpty {
      let count = getrandom(
        UnsafeMutableRawBufferPointer(rebasing: rest).baseAddress, rest.count, 0)
      if count < 0, errno != EINTR { throw .last }
      rest = rest.dropFirst(max(count, 0))
    }
  }

  func procExit(status: UInt32) {
    // `run` looks at the status first, when the engine has unwound the module.
    exitStatus = status
    ending = .exit
  }

  func schedYield() throws(Errno) {
    if Glibc.sched_yield() != 0 { throw .last }
  }
}
