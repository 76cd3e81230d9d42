import CLinux
import Glibc
import GuestABI

// Random octets, the guest's exit, and yielding the processor.

extension Instance {
  /// Fills a buffer with the kernel's random octets, which are fit for keys.
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
    // The engine unwinds the module; `run` reads the status first.
    exitStatus = status
    ending = .exit
  }

  func schedYield() throws(Errno) {
    if Glibc.sched_yield() != 0 { throw .last }
  }
}
