import WasmHost

/// What the host knows of the settings of our own server: it logs in the same format, and tells how much
/// memory and how many descriptors the server's connections can take. Modules that have other settings are
/// not affected.
struct ModuleSettings {
  /// The variable with the format of the module's log.
  static let logFormatVariable = "LOG_FORMAT"
  /// Where MAX_CONNECTIONS is not set.
  static let standardMaxConnections: UInt32 = 1024
  /// What an instance needs besides: listening sockets, the host's own descriptors, and connections to the
  /// admin port.
  static let otherDescriptors: UInt = 24

  /// MAX_CONNECTIONS of each worker.
  let maxConnections: UInt32
  /// Nil when it is not set, or the module will refuse it.
  let logFormat: LogFormat?

  init(_ environment: [InstanceConfiguration.Variable]) {
    func last(_ name: String) -> String? { environment.last { $0.name == name }?.value }
    // An invalid value is for the module to complain of.
    maxConnections =
      last("MAX_CONNECTIONS").flatMap { UInt32($0) }.flatMap { $0 <= 1_000_000 ? $0 : nil }
      ?? ModuleSettings.standardMaxConnections
    logFormat = last(ModuleSettings.logFormatVariable).flatMap { LogFormat(rawValue: $0) }
  }
}
