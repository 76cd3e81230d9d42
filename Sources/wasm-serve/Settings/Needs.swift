import CommandLine
import WasmHost

/// What the service can come to need of the system, by its settings.
extension Settings {
  /// What this program has without any instance: its code, the engine, the compiled module.
  private static let ownMemory: Int64 = 32 << 20

  /// The most connections that a worker has at once, by the option or by what its module is set to.
  func connectionsOfEach(_ environment: [InstanceConfiguration.Variable]) -> UInt32 {
    maxConnections ?? ServerSettings(environment).maxConnections
  }

  /// The most that the process comes to hold, the kernel's memory for its connections included; twice the
  /// workers' part while a module is replaced.
  func memoryTotal(
    workers: Int, _ environment: [InstanceConfiguration.Variable]
  ) -> ByteSize {
    let each = InstanceLimits.total(
      memory: memory.bytes,
      connections: Int64(connectionsOfEach(environment)) + Int64(ServerSettings.otherDescriptors),
      socketMemory: socketMemory.bytes)
    let total = Settings.ownMemory + Int64(workers) * each
    return ByteSize(bytes: (total + 0xf_ffff) & ~0xf_ffff)
  }
}
