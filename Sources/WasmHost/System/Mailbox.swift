import CLinux
import Glibc
import Synchronization

/// A queue of messages from any thread to one that waits in poll(2).
public final class Mailbox<Message: Sendable>: Sendable {
  /// Readable while there are messages.
  public let descriptor: Int32
  private let messages = Mutex<[Message]>([])

  public init() throws(HostError) {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    guard descriptor >= 0 else {
      throw .shortage(of: "descriptor", reason: describe(error: errno))
    }
  }

  deinit { close(descriptor) }

  public func post(_ message: Message) {
    messages.withLock { $0.append(message) }
    eventfd_write(descriptor, 1)
  }

  public func takeAll() -> [Message] {
    var count: eventfd_t = 0
    eventfd_read(descriptor, &count)
    return messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }
}
