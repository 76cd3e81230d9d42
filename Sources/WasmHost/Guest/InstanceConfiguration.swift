import Logging

/// What a module is given.
public struct InstanceConfiguration: Sendable {
  public struct Variable: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The module's name first, as is the custom.
  public var arguments: [String] = []
  public var environment: [Variable] = []
  public var grants = Grants.none
  public var connectGrants = ConnectGrants.none
  /// The most sockets it may have at once that it has accepted or connected; nil for no limit.
  public var maxConnections: UInt32?
  /// The most linear memory it may have, in bytes.
  public var memoryLimit: Int64 = 256 << 20
  /// How many sockets it may have, with others.
  public var descriptors: DescriptorBudget?
  /// The most octets that the kernel may hold for each of its sockets, both directions together.
  public var socketMemory: Int32 = 512 << 10
  /// Whether it may read this process's standard input.
  public var readsStandardInput = false
  /// Where listening sockets are kept for the next instance; without it they end with this one.
  public var listeners: ListenerPool?
  /// Which of the service's instances it is, for its listening sockets.
  public var user = ListenerPool.User()
  /// What it shares with its siblings.
  public var scoreboard: Scoreboard?
  /// Told what the instance does, on its thread.
  var report: (@Sendable (ServiceEvent) -> Void)?
  public var shadows: [Shadow] = []
  public var logger = Logger(label: "wasm-host")

  public init() {}
}
