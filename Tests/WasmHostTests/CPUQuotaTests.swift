import Glibc
import Testing

@testable import WasmHost

/// Quotas of control groups, in the trees that kernels, service managers and containers make.
struct CPUQuotaTests {
  private static let version2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw"
  private static let version1 =
    "33 25 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct"

  @Test(
    "A quota of version 2 is so many cores",
    arguments: [
      ("max 100000\n", nil), ("100000 100000\n", 1), ("150000 100000", 2), ("50000 100000", 1),
      ("800000 100000\n", 8), ("0 100000", nil), ("1000", nil), ("", nil), ("a b", nil),
      ("9223372036854775807 2", 4_611_686_018_427_387_904),
    ] as [(String, Int?)])
  func version2(limit: String, cores: Int?) throws {
    let tree = try Tree(groups: "0::/", mounts: [Self.version2], ["/sys/fs/cgroup/cpu.max": limit])
    #expect(tree.cores == cores)
  }

  @Test(
    "A quota of version 1 is so many cores",
    arguments: [
      ("-1\n", "100000\n", nil), ("50000\n", "100000\n", 1), ("150000\n", "100000\n", 2),
      ("100000", "100000", 1), ("0", "100000", nil), ("100000", "0", nil), ("", "100000", nil),
    ] as [(String, String, Int?)])
  func version1(quota: String, period: String, cores: Int?) throws {
    let tree = try Tree(
      groups: "4:cpu,cpuacct:/\n0::/", mounts: [Self.version1],
      [
        "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": quota,
        "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": period,
      ])
    #expect(tree.cores == cores)
  }

  @Test("Of nested groups the least quota counts, also a parent's", arguments: [1, 2])
  func nested(version: Int) throws {
    let limits = [("", 8), ("/a.slice", 2), ("/a.slice/b.service", 4)]
    let tree =
      try version == 2
      ? Tree(
        groups: "0::/a.slice/b.service", mounts: [Self.version2],
        Dictionary(
          uniqueKeysWithValues: limits.map { ("/sys/fs/cgroup\($0)/cpu.max", "\($1)00000 100000") })
      )
      : Tree(
        groups: "7:cpuacct,cpu:/a.slice/b.service\n1:name=systemd:/x",
        mounts: [Self.version1],
        Dictionary(
          uniqueKeysWithValues: limits.flatMap { path, cores in
            let folder = "/sys/fs/cgroup/cpu,cpuacct\(path)"
            return [
              ("\(folder)/cpu.cfs_quota_us", "\(cores)00000"),
              ("\(folder)/cpu.cfs_period_us", "100000"),
            ]
          }))
    #expect(tree.cores == 2)
  }

  @Test("With both versions mounted the one that has the cpu controller counts")
  func hybrid() throws {
    let tree = try Tree(
      groups: "3:cpu:/pod\n2:cpuset:/\n0::/pod",
      mounts: [
        "31 23 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755",
        "32 31 0:29 / /sys/fs/cgroup/unified rw shared:4 - cgroup2 cgroup2 rw",
        "34 31 0:31 / /sys/fs/cgroup/cpuset rw shared:5 - cgroup cgroup rw,cpuset",
        "33 31 0:30 / /sys/fs/cgroup/cpu rw shared:6 master:1 - cgroup cgroup rw,cpu",
      ],
      [
        "/sys/fs/cgroup/cpu/pod/cpu.cfs_quota_us": "300000",
        "/sys/fs/cgroup/cpu/pod/cpu.cfs_period_us": "100000",
        // Another controller's group, that this is not about.
        "/sys/fs/cgroup/cpuset/cpu.cfs_quota_us": "100000",
        "/sys/fs/cgroup/cpuset/cpu.cfs_period_us": "100000",
      ])
    #expect(tree.cores == 3)
  }

  @Test(
    "In a container the group that is mounted is its own, whatever the membership is called",
    arguments: ["/docker/4a1c", "/docker/4a1c/inner", "/", "/../../other", "/elsewhere"])
  func container(membership: String) throws {
    let tree = try Tree(
      groups: "3:cpu:\(membership)",
      mounts: ["33 31 0:30 /docker/4a1c /sys/fs/cgroup/cpu ro - cgroup cgroup ro,cpu"],
      [
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
      ])
    #expect(tree.cores == 1)
  }

  @Test("With a namespace of control groups the group is the root, and its limit holds")
  func namespace() throws {
    for membership in ["/", "/../..", "/not/there"] {
      let tree = try Tree(
        groups: "0::\(membership)", mounts: [Self.version2],
        ["/sys/fs/cgroup/cpu.max": "250000 100000"])
      #expect(tree.cores == 3, "\(membership)")
    }
  }

  @Test("A mount point with a blank is found")
  func blank() throws {
    let tree = try Tree(
      groups: "0::/", mounts: ["30 23 0:26 / /my\\040groups rw - cgroup2 none rw"],
      ["/my groups/cpu.max": "200000 100000"])
    #expect(tree.cores == 2)
  }

  @Test(
    "Without control groups, or with nonsense in their place, there is no quota",
    arguments: ["", "0::", "x", "4:cpu", "::::", "0::/../../../etc"])
  func nothing(groups: String) throws {
    #expect(
      try Tree(groups: groups, mounts: ["", "x", "1 2 3 / / - -", "- - - - - - - -"], [:]).cores
        == nil)
    #expect(CPUQuota(root: "/nowhere").cores == nil)
  }
}

/// A file system of the test's own.
private struct Tree {
  let cores: Int?

  init(groups: String, mounts: [String], _ files: [String: String]) throws {
    let place = try TemporaryDirectory()
    let all = files.merging([
      "/proc/self/cgroup": groups + "\n",
      "/proc/self/mountinfo": mounts.joined(separator: "\n") + "\n",
    ]) { $1 }
    for (path, text) in all {
      var folder = place.path
      for name in path.split(separator: "/").dropLast() {
        folder += "/\(name)"
        mkdir(folder, 0o700)
      }
      try place.write(bytes(text), String(path.dropFirst()))
    }
    cores = CPUQuota(root: place.path).cores
  }
}
