import Glibc
import Logging
import WasmHost

extension Settings {
  /// Gives up the system calls and files that the service does not need, unless an option says otherwise.
  ///
  /// - Parameter cache: the module cache, whose directory exists already; nil without one.
  func confine(cache: ModuleCache?, logger: Logger) -> Confinement {
    guard isConfined else { return .none }
    // The first line of the log would read the time zone's file, though it tells the time in UTC.
    tzset()
    var needs = Confinement.Needs()
    needs.files = [module]
    needs.directories = cache.map { [$0.directory] } ?? []
    needs.connectGrants = ConnectGrants(allowConnect)
    needs.managerSocket = getenv("NOTIFY_SOCKET").map { String(cString: $0) }
    let confinement = Confinement(needs)
    if !confinement.failures.isEmpty {
      logger.warning(
        "the process is not confined as it could be",
        metadata: ["reason": "\(confinement.failures.joined(separator: "; "))"])
    }
    return confinement
  }
}
