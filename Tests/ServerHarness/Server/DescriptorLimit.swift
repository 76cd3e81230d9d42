import Foundation

/// How many descriptors a process may have. Programs inherit it from the one that starts them.
public enum DescriptorLimit {
  /// Raises the limit as far as the system allows.
  public static func raise() throws {
    var limit = try current()
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// - Throws: when there are fewer, saying how to have more.
  public static func require(_ count: Int) throws {
    try raise()
    let limit = try current().rlim_cur
    guard limit >= count else {
      throw TestFailure(
        "\(count) descriptors are needed, and \(limit) allowed: raise the hard limit, "
          + "with 'ulimit -Hn \(count)' as root or in /etc/security/limits.conf")
    }
  }

  private static func current() throws -> rlimit {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      throw TestFailure("getrlimit: \(errno)")
    }
    return limit
  }
}
