/// What the host knows of the server in this repository: the variables of its environment that the host reads as
/// well. No other part of the host knows a setting. Modules with other settings can be served all the same.
public struct ServerSettings: Sendable {
  /// The port that the server listens on where PORT is not set.
  public static let standardPort: UInt16 = 1234
  /// Its limit of connections where MAX_CONNECTIONS is not set.
  public static let standardMaxConnections: UInt32 = 1024

  private let environment: [InstanceConfiguration.Variable]

  public init(_ environment: [InstanceConfiguration.Variable]) { self.environment = environment }

  private func value(_ name: String) -> String? {
    environment.last { $0.name == name }?.value
  }

  /// What a module may bind when no option says it: every address at PORT and at ADMIN_PORT.
  public var grants: Grants {
    let ports = [value("PORT") ?? String(ServerSettings.standardPort), value("ADMIN_PORT")]
      .compactMap {
        $0.flatMap { UInt16($0) }
      }
    return Grants(ports.map { Grants.Grant(host: nil, port: $0) })
  }

  /// MAX_CONNECTIONS, of each worker.
  public var maxConnections: UInt32 {
    // (The module itself reports an invalid value.)
    let number = value("MAX_CONNECTIONS").flatMap { UInt32($0) }
    return number.flatMap { $0 <= 1_000_000 ? $0 : nil } ?? ServerSettings.standardMaxConnections
  }

  /// The descriptors that a worker needs besides those of connections: for listening sockets, the host, and
  /// clients of the admin port.
  public static let otherDescriptors: UInt = 24

  /// LOG_FORMAT, the form of the module's lines, which share a stream with the host's.
  public var logFormat: String? { value(ServerSettings.logFormat) }

  /// The variable that sets the form of the module's lines.
  public static func logFormat(_ form: String) -> InstanceConfiguration.Variable {
    .init(logFormat, form)
  }

  private static let logFormat = "LOG_FORMAT"
}
