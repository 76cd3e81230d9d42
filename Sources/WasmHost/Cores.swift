import CLinux
import Glibc

/// The processor cores that this process may use.
public enum Cores {
  /// At least 1: those it may run on, and no more than a control group's quota of time is worth.
  public static var available: Int {
    min(max(runnable, 1), quota ?? .max)
  }

  private static var runnable: Int {
    // A bit for each core, for up to 8192.
    var set = [UInt8](repeating: 0, count: 1024)
    guard sched_getaffinity(0, set.count, &set) >= 0 else { return 1 }
    return set.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  /// The least quota of the process's control groups, in whole cores, rounded up.
  private static var quota: Int? {
    guard let groups = text(of: "/proc/self/cgroup"),
      let line = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::") })
    else { return nil }
    // A container sees its own group as the root; a parent's limit holds for its children as well.
    var path = line.dropFirst(3)
    var least: Int?
    while true {
      let limit = text(of: "/sys/fs/cgroup\(path)/cpu.max").flatMap(cores)
      least = [least, limit].compactMap(\.self).min()
      guard let slash = path.lastIndex(of: "/"), !path.isEmpty else { return least }
      path = path[..<slash]
    }
  }

  /// cpu.max is "max 100000" or "150000 100000": microseconds of time in a period.
  static func cores(in limit: String) -> Int? {
    let parts = limit.split { $0 == " " || $0 == "\n" }.map { Int($0) }
    guard parts.count == 2, let quota = parts[0], let period = parts[1], quota > 0, period > 0
    else { return nil }
    return (quota + period - 1) / period
  }

  private static func text(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &buffer, buffer.count)
    return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
  }
}
