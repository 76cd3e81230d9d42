import GuestABI
import Logging

/// What a guest was refused: an errno to it, and a line in the log.
extension Instance {
  /// So many different refusals are told of: a guest that tries one address after another is not
  /// to fill the log.
  private static let refusalLimit = 16

  /// One line for each address, the first time.
  func reportRefusal(_ call: HostCall, _ address: String, granted: [String]) {
    guard isNewRefusal("\(call.name) \(address)") else { return }
    let granted = granted.isEmpty ? "nothing" : granted.joined(separator: ",")
    configuration.logger.warning(
      "refused: the guest was not granted this address",
      metadata: ["call": "\(call.name)", "address": "\(address)", "granted": "\(granted)"])
  }

  /// A granted name stands for this machine, or for its link.
  func reportLocalAddress(_ address: SocketAddress, of name: String) {
    guard isNewRefusal("local \(address)") else { return }
    configuration.logger.warning(
      "refused: a granted name leads to a loopback or link-local address, which is granted by number only",
      metadata: ["name": "\(name)", "address": "\(address)"])
  }

  /// - Throws: `mfile` when the guest has as many connections as it may have: what it gets as well
  ///   when the process has no more descriptors.
  func checkRoomForConnection(_ call: HostCall) throws(Errno) {
    guard let limit = configuration.maxConnections, descriptors.connections >= limit else { return }
    if isNewRefusal("\(call.name) limit") {
      configuration.logger.warning(
        "refused: the guest has as many connections as it may have",
        metadata: ["call": "\(call.name)", "limit": .stringConvertible(limit)])
    }
    throw .mfile
  }

  private func isNewRefusal(_ refusal: String) -> Bool {
    reportedRefusals.count < Instance.refusalLimit && reportedRefusals.insert(refusal).inserted
  }
}
