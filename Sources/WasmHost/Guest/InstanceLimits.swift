import CWasmtime

/// What one instance may take of the process's memory, beside its linear memory.
public enum InstanceLimits {
  /// Tables, and elements in each of them. (The largest modules have some ten thousands of functions in
  /// one table; more tables come with languages that compile closures to them.)
  static let tables: Int64 = 4
  static let tableElements: Int64 = 131_072
  /// A reference to a function is a pointer.
  private static let elementSize: Int64 = 8
  /// The thread's stack, the poller's lists, and what the engine keeps of an instance.
  private static let ownSize: Int64 = 6 << 20

  /// What the kernel has of a connection beside its data, and this host.
  private static let connectionSize: Int64 = 8 << 10

  /// The most octets that an instance comes to hold, the kernel's included.
  ///
  /// - Parameters:
  ///   - memory: its linear memory.
  ///   - connections: those that it has accepted. Others wait in its queue, which have received at the most.
  ///   - socketMemory: of each of them.
  public static func total(memory: Int64, connections: Int64, socketMemory: Int64) -> Int64 {
    memory + tables * tableElements * elementSize + ownSize
      + connections * (socketMemory + connectionSize)
      + Int64(ListenerPool.mostWaiting) * (socketMemory / 2 + connectionSize)
  }

  /// One instance with one memory (`Proposals`) of so many octets.
  static func apply(to store: OpaquePointer, memory: Int64) {
    wasmtime_store_limiter(store, memory, tableElements, 1, tables, 1)
  }
}
