import CWasmtime

/// The limits of what one instance takes of the process's memory, besides its linear memory.
public enum InstanceLimits {
  /// How many tables a module may have. (Languages that compile closures to tables have more than one.)
  static let tables: Int64 = 4
  static let tableElements: Int64 = 131_072
  /// The size of a function reference, which is a pointer.
  private static let elementSize: Int64 = 8
  /// The thread's stack, the poller's lists, and the engine's own data of an instance.
  private static let ownSize: Int64 = 6 << 20

  /// The memory that a connection takes in the kernel and in this host, besides its data.
  private static let connectionSize: Int64 = 8 << 10

  /// The octets that an instance can come to hold, the kernel's memory for it included.
  ///
  /// - Parameters:
  ///   - memory: the limit of its linear memory.
  ///   - connections: the limit of its accepted connections. Further ones wait in the accept queue and hold only
  ///     what they have received.
  ///   - socketMemory: the limit for each connection.
  public static func total(memory: Int64, connections: Int64, socketMemory: Int64) -> Int64 {
    memory + tables * tableElements * elementSize + ownSize
      + connections * (socketMemory + connectionSize)
      + Int64(ListenerPool.mostWaiting) * (socketMemory / 2 + connectionSize)
  }

  /// Limits a store to one instance with one memory (`Proposals`) of `memory` octets.
  static func apply(to store: OpaquePointer, memory: Int64) {
    wasmtime_store_limiter(store, memory, tableElements, 1, tables, 1)
  }
}
