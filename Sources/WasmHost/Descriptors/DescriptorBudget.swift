import Synchronization

/// How many sockets all guests of a process may have open at once, so that the host always has descriptors
/// for itself, and for an instance that starts while another one holds all it can get.
public final class DescriptorBudget: Sendable {
  /// The host's own: logs, wakers, files of modules.
  private static let hosts = 64
  /// So many sockets an instance may have whatever the others have: it can listen, and be probed.
  static let share = 24

  private let limit: Int
  private let used = Atomic<Int>(0)

  /// - Parameters:
  ///   - descriptors: the process's limit.
  ///   - instances: how many there may be at once.
  public init(descriptors: UInt, instances: Int) {
    let reserved = DescriptorBudget.hosts + instances * DescriptorBudget.share
    limit = max(Int(clamping: descriptors) - reserved, 0)
  }

  var hasRoom: Bool { used.load(ordering: .relaxed) < limit }

  func take() { used.add(1, ordering: .relaxed) }

  func giveBack(_ count: Int = 1) { used.subtract(count, ordering: .relaxed) }
}
