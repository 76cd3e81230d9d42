import Glibc

/// The clocks of preview1, by their numbers there.
package enum Clock: UInt32 {
  case realtime, monotonic, processTime, threadTime

  private var id: clockid_t {
    switch self {
    case .realtime: CLOCK_REALTIME
    case .monotonic: CLOCK_MONOTONIC
    case .processTime: CLOCK_PROCESS_CPUTIME_ID
    case .threadTime: CLOCK_THREAD_CPUTIME_ID
    }
  }

  /// The time in nanoseconds.
  package var now: UInt64 {
    var time = timespec()
    clock_gettime(id, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  /// The resolution in nanoseconds.
  var resolution: UInt64 {
    var time = timespec()
    clock_getres(id, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}
