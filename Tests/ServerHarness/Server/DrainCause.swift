import Foundation

/// What begins a drain.
public enum DrainCause: String, CaseIterable, Sendable {
  case admin = "POST /drain"
  case terminate = "SIGTERM"
  case interrupt = "SIGINT"

  public func begin(on server: ServerProcess) throws {
    switch self {
    case .admin:
      let status = try server.requestDrain()
      guard status == 200 else { throw TestFailure("/drain answered \(status)") }
    case .terminate: server.program.signal(SIGTERM)
    case .interrupt: server.program.signal(SIGINT)
    }
  }
}
