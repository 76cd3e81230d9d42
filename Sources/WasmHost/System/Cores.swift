import CLinux
import Glibc

/// The processor cores that this process may use.
public enum Cores {
  /// The number of cores, at least 1: those in the affinity mask, limited by the quota of the control group.
  public static var available: Int {
    min(max(runnable, 1), CPUQuota().cores ?? .max)
  }

  /// The number of cores in the affinity mask, which a cpuset narrows as well.
  private static var runnable: Int {
    // A bit for each core, for up to 8192.
    var set = [UInt8](repeating: 0, count: 1024)
    guard sched_getaffinity(0, set.count, &set) >= 0 else { return 1 }
    return set.reduce(0) { $0 + $1.nonzeroBitCount }
  }
}

/// The smallest quota of processor time among the control groups that this process is in (cgroups(7)), of
/// version 1, version 2 or both.
struct CPUQuota {
  /// The quota in whole cores, rounded up; nil without a quota.
  let cores: Int?

  /// - Parameter root: the root of the file system; tests have another one.
  init(root: String = "") {
    let groups = lines(of: "\(root)/proc/self/cgroup").compactMap(Membership.init)
    let mounts = lines(of: "\(root)/proc/self/mountinfo").compactMap(Mount.init)
    let quotas = mounts.flatMap { mount in
      groups.filter { mount.has($0) }.flatMap { group in
        // The limit of a parent group applies to its children as well.
        mount.folders(of: group).compactMap { folder in
          mount.isVersion2
            ? CPUQuota.cores(inVersion2: text(of: "\(root)\(folder)/cpu.max"))
            : CPUQuota.cores(
              inVersion1: text(of: "\(root)\(folder)/cpu.cfs_quota_us"),
              period: text(of: "\(root)\(folder)/cpu.cfs_period_us"))
        }
      }
    }
    cores = quotas.min()
  }

  /// cpu.max is "max 100000" or "150000 100000": microseconds of time in a period.
  static func cores(inVersion2 limit: String?) -> Int? {
    guard let parts = limit?.split(whereSeparator: \.isWhitespace), parts.count == 2 else {
      return nil
    }
    return cores(Int(parts[0]), in: Int(parts[1]))
  }

  /// cpu.cfs_quota_us is -1 without a quota.
  static func cores(inVersion1 quota: String?, period: String?) -> Int? {
    cores(number(quota), in: number(period))
  }

  private static func cores(_ quota: Int?, in period: Int?) -> Int? {
    guard let quota, let period, quota > 0, period > 0 else { return nil }
    return (quota - 1) / period + 1
  }

  private static func number(_ text: String?) -> Int? {
    text.flatMap { Int($0.filter { !$0.isWhitespace }) }
  }
}

/// A line of /proc/self/cgroup: "0::/path" is version 2, "4:cpu,cpuacct:/path" is version 1.
private struct Membership {
  let isVersion2: Bool
  let path: Substring

  init?(_ line: Substring) {
    let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    isVersion2 = parts[0] == "0" && parts[1].isEmpty
    guard isVersion2 || parts[1].split(separator: ",").contains("cpu") else { return nil }
    path = parts[2]
  }
}

/// A line of /proc/self/mountinfo (proc(5)) that mounts control groups with the cpu controller.
private struct Mount {
  let isVersion2: Bool
  /// The group that is mounted there: the root of the hierarchy, or the part that a container sees.
  private let group: String
  private let folder: String

  init?(_ line: Substring) {
    let fields = line.split(separator: " ")
    // Optional fields end with a hyphen, which the file system's type and options follow.
    guard fields.count > 6, let hyphen = fields[6...].firstIndex(of: "-"),
      fields.count > hyphen + 3
    else { return nil }
    isVersion2 = fields[hyphen + 1] == "cgroup2"
    let hasCPU =
      fields[hyphen + 1] == "cgroup" && fields[hyphen + 3].split(separator: ",").contains("cpu")
    guard isVersion2 || hasCPU else { return nil }
    group = Mount.unescaped(fields[3])
    folder = Mount.unescaped(fields[4])
  }

  func has(_ membership: Membership) -> Bool { isVersion2 == membership.isVersion2 }

  /// The folders of a group and of its parents, up to where the hierarchy is mounted.
  func folders(of membership: Membership) -> [String] {
    var path = String(membership.path)
    // In a container the mounted group is often the process's own, while the membership is given from the
    // machine's root, or with ".." from another group. Then all that is visible is what is mounted.
    if group != "/" {
      path = path.hasPrefix(group + "/") ? String(path.dropFirst(group.count)) : ""
    }
    if path.split(separator: "/").contains("..") { path = "" }
    var folders = [folder + (path == "/" ? "" : path)]
    while let slash = path.lastIndex(of: "/"), path != "/" {
      path = String(path[..<slash])
      folders.append(folder + path)
    }
    return folders
  }

  /// Decodes a field: blanks and the like are written as octal numbers ("\040").
  private static func unescaped(_ field: Substring) -> String {
    var octets: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let octet = rest.popFirst() {
      let digits = rest.prefix(3)
      if octet == UInt8(ascii: "\\"), digits.count == 3,
        let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        octets.append(code)
        rest = rest.dropFirst(3)
      } else {
        octets.append(octet)
      }
    }
    return String(decoding: octets, as: UTF8.self)
  }
}

private func lines(of path: String) -> [Substring] {
  (text(of: path) ?? "").split(separator: "\n")
}

/// Reads a file of /proc or /sys, whose size is not known in advance.
private func text(of path: String) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var content: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  // (The list of a machine with a thousand mounts has about 200 KB.)
  while content.count < 1 << 22 {
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    if count < 0 { return nil }
    if count == 0 { break }
    content += buffer[..<count]
  }
  return String(decoding: content, as: UTF8.self)
}
