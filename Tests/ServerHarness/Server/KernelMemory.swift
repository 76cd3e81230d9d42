import Foundation

/// What the kernel holds of data for one socket, as proc_net_tcp(5) has it, in octets.
public struct KernelQueues: Sendable {
  public let unread: Int
  public let unsent: Int

  public var total: Int { unread + unsent }

  /// Waits until nothing is added to the queues of a port's connections any more: all that there is room for
  /// has been sent.
  ///
  /// - Parameter count: of connections, at the least.
  public static func whenFull(port: UInt16, count: Int) throws -> [KernelQueues] {
    var queues: [KernelQueues] = []
    var (held, sameLooks) = (0, 0)
    try eventually("the queues are full", seconds: 120) {
      usleep(500_000)
      queues = try of(port: port)
      let total = queues.reduce(0) { $0 + $1.total }
      // (Several looks in a row: a sender may have to wait for a processor.)
      sameLooks = total == held ? sameLooks + 1 : 0
      held = total
      return queues.count >= count && held > 0 && sameLooks >= 3
    }
    return queues
  }

  /// Of all connections that a port of this machine has accepted.
  public static func of(port: UInt16) throws -> [KernelQueues] {
    try ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { file in
      // (Its size is 0: what there is, is read to the end.)
      guard let octets = try FileHandle(forReadingAtPath: file)?.readToEnd() else {
        throw TestFailure("cannot read \(file)")
      }
      let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n").dropFirst()
      return lines.compactMap { line -> KernelQueues? in
        let words = line.split(separator: " ")
        let local = words[1].split(separator: ":")
        // Of a listening socket (0A) the queue is one of connections.
        guard words[3] != "0A", UInt16(local[1], radix: 16) == port else { return nil }
        let queues = words[4].split(separator: ":").compactMap { Int($0, radix: 16) }
        return KernelQueues(unread: queues[1], unsent: queues[0])
      }
    }
  }
}
