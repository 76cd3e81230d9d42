import Logging

/// What an instance is given: arguments, environment, grants and limits.
public struct InstanceConfiguration: Sendable {
  public struct Variable: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The module's name comes first, by convention.
  public var arguments: [String] = []
  public var environment: [Variable] = []
  public var grants = Grants.none
  public var connectGrants = ConnectGrants.none
  /// How many sockets that it has accepted or connected it may have at once; nil for no limit.
  public var maxConnections: UInt32?
  /// The limit of its linear memory, in octets.
  public var memoryLimit: Int64 = 256 << 20
  /// The number of sockets that all guests of the process share; nil for no limit.
  public var descriptors: DescriptorBudget?
  /// How many octets the kernel may hold for each of its sockets, both directions together.
  public var socketMemory: Int32 = 512 << 10
  /// Whether it may read this process's standard input.
  public var readsStandardInput = false
  /// Where listening sockets are kept for the next instance. Without it they end with this one.
  public var listeners: ListenerPool?
  /// The instance's place in the service, for its listening sockets.
  public var user = ListenerPool.User()
  /// The figures that instances of a service share.
  public var scoreboard: Scoreboard?
  /// Called with what the instance does, on its thread.
  var report: (@Sendable (ServiceEvent) -> Void)?
  public var shadows: [Shadow] = []
  /// What the backtrace of a trap calls the module's functions; nil for the module's own names.
  public var functionNames: FunctionNames?
  public var logger = Logger(label: "wasm-host")

  public init() {}
}
