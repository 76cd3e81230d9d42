import GuestABI
import Logging

/// Refusals: the guest gets an errno, and the operator a line in the log.
extension Instance {
  /// How many different refusals are logged. A guest that tries one address after another must not fill the log.
  private static let refusalLimit = 16

  /// Logs a refused address, once.
  func reportRefusal(_ call: HostCall, _ address: String, granted: [String]) {
    guard isNewRefusal("\(call.name) \(address)") else { return }
    let granted = granted.isEmpty ? "nothing" : granted.joined(separator: ",")
    configuration.logger.warning(
      "refused: the guest was not granted this address",
      metadata: ["call": "\(call.name)", "address": "\(address)", "granted": "\(granted)"])
  }

  /// Logs that a granted name was resolved to an address of this machine or of its link.
  func reportLocalAddress(_ address: SocketAddress, of name: String) {
    guard isNewRefusal("local \(address)") else { return }
    configuration.logger.warning(
      "refused: a granted name leads to a loopback or link-local address, which is granted by number only",
      metadata: ["name": "\(name)", "address": "\(address)"])
  }

  /// - Throws: `mfile` when the guest has its maximum of connections, as when the process has no more
  ///   descriptors.
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
