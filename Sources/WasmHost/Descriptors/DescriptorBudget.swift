import Synchronization

/// The number of sockets that all guests of a process may have open at once.
///
/// It leaves descriptors for the host itself, and for an instance that starts while another one holds all it can get.
public final class DescriptorBudget: Sendable {
  /// Descriptors of the host: logs, event descriptors, files of modules.
  private static let hosts = 64
  /// How many sockets an instance may have even if the budget is spent, so that it can listen and answer probes.
  static let share = 24

  private let limit: Int
  private let used = Atomic<Int>(0)

  /// - Parameters:
  ///   - descriptors: the process's limit of open descriptors.
  ///   - instances: how many instances there may be at once.
  public init(descriptors: UInt, instances: Int) {
    let reserved = DescriptorBudget.hosts + instances * DescriptorBudget.share
    limit = max(Int(clamping: descriptors) - reserved, 0)
  }

  var hasRoom: Bool { used.load(ordering: .relaxed) < limit }

  func take() { used.add(1, ordering: .relaxed) }

  func giveBack(_ count: Int = 1) { used.subtract(count, ordering: .relaxed) }
}
