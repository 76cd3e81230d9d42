/// What the host knows of the server in this repository: the settings in its environment that the host goes by as
/// well. All else of the host knows nothing of them; a module that has other settings is served all the same.
public struct ServerSettings: Sendable {
  private let environment: [InstanceConfiguration.Variable]

  public init(_ environment: [InstanceConfiguration.Variable]) { self.environment = environment }

  private func value(_ name: String) -> String? {
    environment.last { $0.name == name }?.value
  }

  /// What a module is granted to bind when no option says it: any address at PORT, which is 1234 without one, and
  /// at ADMIN_PORT.
  public var grants: Grants {
    let ports = [value("PORT") ?? "1234", value("ADMIN_PORT")].compactMap {
      $0.flatMap { UInt16($0) }
    }
    return Grants(ports.map { Grants.Grant(host: nil, port: $0) })
  }

  /// MAX_CONNECTIONS of each worker.
  public var maxConnections: UInt32 {
    // (An invalid one is refused by the module, with the reason.)
    let number = value("MAX_CONNECTIONS").flatMap { UInt32($0) }
    return number.flatMap { $0 <= 1_000_000 ? $0 : nil } ?? 1024
  }

  /// What a worker needs of descriptors besides: listening sockets, the host's own, and connections to the admin port.
  public static let otherDescriptors: UInt = 24

  /// LOG_FORMAT, whose lines are in one stream with the host's.
  public var logFormat: String? { value(ServerSettings.logFormat) }

  /// The variable that gives the module's lines a form.
  public static func logFormat(_ form: String) -> InstanceConfiguration.Variable {
    .init(logFormat, form)
  }

  private static let logFormat = "LOG_FORMAT"
}
