import WasmHost

/// What the host knows of the settings of our own modules, to say more about them. To modules that have
/// others it does no harm.
struct ModuleSettings {
  /// MAX_CONNECTIONS of each worker.
  let maxConnections: UInt32

  /// What an instance needs besides: listening sockets, the host's own descriptors, and connections to the
  /// admin port.
  static let otherDescriptors: UInt = 24

  init(_ environment: [InstanceConfiguration.Variable]) {
    let text = environment.last { $0.name == "MAX_CONNECTIONS" }?.value
    // (What the module refuses is the module's to complain of.)
    maxConnections = text.flatMap { UInt32($0) }.flatMap { $0 <= 1_000_000 ? $0 : nil } ?? 1024
  }
}
