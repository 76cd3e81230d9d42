/// What the host knows of the server in this repository: the variables of its environment, and the values of those
/// that the host reads as well. No other part of the host knows a setting. Modules with other settings can be served
/// all the same.
public struct ServerSettings: Sendable {
  /// A variable and what it is, in a line for the manual.
  public struct Setting: Sendable {
    public let name: String
    public let meaning: String

    init(_ name: String, _ meaning: String) {
      self.name = name
      self.meaning = meaning
    }
  }

  /// All settings. (A test holds them against the table in the readme.)
  public static let all = [
    Setting("PORT", "The port; 0 for one that the system chooses. (default: \(standardPort))"),
    Setting("HOST", "The address to listen on, or * for every one. (default: *)"),
    Setting(
      "MAX_REQUEST_SIZE", "Octets of a request's header section and content together. (default: 8K)"
    ),
    Setting("MAX_RESPONSE_SIZE", "Octets of content in a response of a handler. (default: 32K)"),
    Setting("BUFFER_SIZE", "Octets that are read at first. (default: 2K)"),
    Setting(
      "MAX_CONNECTIONS", "Connections of each worker. (default: \(standardMaxConnections))"),
    Setting("MAX_CONNECTIONS_PER_ADDRESS", "Those of one client; 0 for any number. (default: 0)"),
    Setting("MAX_REQUESTS_PER_CONNECTION", "0 for any number. (default: 0)"),
    Setting("KEEP_ALIVE_TIMEOUT", "Time between two requests on a connection. (default: 130)"),
    Setting("REQUEST_TIMEOUT", "Time for a request to arrive. (default: 10)"),
    Setting("WRITE_TIMEOUT", "Time for a client to take a part of its response. (default: 10)"),
    Setting("DRAIN_TIMEOUT", "Time that a drain may take. (default: 25)"),
    Setting("DRAIN_DELAY", "Time for which a drain still accepts connections. (default: 2)"),
    Setting(
      "ADMIN_PORT", "The port of the status page, of health checks and metrics. (default: none)"),
    Setting("ADMIN_HOST", "The address of that port, or * for every one. (default: 127.0.0.1)"),
    Setting("ADMIN_HOSTS", "Names that the admin port answers to, with commas. (default: none)"),
    Setting("CORS_ALLOW_ORIGIN", "Whose pages may read responses: origins, or *. (http_server: *)"),
    Setting("SERVER_HEADER", "The Server field of responses. (default: none)"),
    Setting("LOG_LEVEL", "debug, info, warn or error. (default: info)"),
    Setting("LOG_FORMAT", "text or json. (default: that of --log-format)"),
    Setting("ACCESS_LOG", "on for a line for each request. (default: off)"),
    Setting(
      "TRUSTED_PROXIES", "Addresses of proxies that are believed, with commas. (default: none)"),
    Setting(
      "CLIENT_ADDRESS_HEADER", "Where they name the client. (default: x-forwarded-for)"),
  ]

  /// The port that the server listens on where PORT is not set.
  public static let standardPort: UInt16 = 1234
  /// Its limit of connections where MAX_CONNECTIONS is not set.
  public static let standardMaxConnections: UInt32 = 1024

  private let environment: [InstanceConfiguration.Variable]

  public init(_ environment: [InstanceConfiguration.Variable]) { self.environment = environment }

  /// (An empty value is the default to the server, too.)
  private func value(_ name: String) -> String? {
    environment.last { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
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

  /// What a browser on this machine opens to reach the server at an address that it listens on.
  ///
  ///     ServerSettings.url(of: "[::]:1234")  // http://localhost:1234
  public static func url(of address: String) -> String {
    for every in ["[::]:", "0.0.0.0:"] where address.hasPrefix(every) {
      return "http://localhost:\(address.dropFirst(every.count))"
    }
    return "http://\(address)"
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
