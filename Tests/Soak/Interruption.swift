import Foundation
import Synchronization

/// Ctrl-C, or SIGTERM: the soak comes to its end early, with all that belongs to an end.
enum Interruption {
  private static let flag = Atomic<Bool>(false)

  static var hasCome: Bool { flag.load(ordering: .relaxed) }

  static func watch() {
    // (The flag is made before the handler can run.)
    _ = hasCome
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in Interruption.flag.store(true, ordering: .relaxed) }
    }
  }
}
