import CWasmtime
import Glibc
import GuestABI
import Logging

/// One instance of a module, with everything that belongs to it alone. It stays on one thread for all its life;
/// modules and engine are shared.
public final class Instance {
  let configuration: InstanceConfiguration
  let memory = GuestMemory()
  let descriptors: DescriptorTable
  let poller: Poller
  let drain: Drain
  let vectors = Vectors()
  var exitStatus: UInt32?
  var ending: Ending?
  var destinations: Destinations
  var reportedRefusals: Set<String> = []
  /// How many listening sockets the instance has reported.
  var announced = 0
  var hasListened: Bool { announced > 0 }
  var hasAskedForDrain = false
  /// The error of a socket that the guest was refused because the system was short of something.
  var shortage: Errno?
  /// Whether the instance has waited for connections, after it has opened what it opens at its start.
  private(set) var hasWaited = false
  let scoreboardPage: Scoreboard.Page?
  /// The addresses that the guest has bound, by descriptor number.
  var bound: [UInt32: ListenerPool.Request] = [:]
  /// How often the guest's calls of `sock_accept` reach the kernel, by the listener's number.
  var paces: [UInt32: AcceptPace] = [:]

  private let store: OpaquePointer
  private let context: OpaquePointer
  private let module: Module
  private var instance = wasmtime_instance_t()
  /// The objects that the engine's functions refer to.
  private var functions: [BoundFunction] = []
  /// When the guest began to compute, on the monotonic clock.
  private var turnBegan: UInt64 = 0
  private var hasOverrun = false

  /// Creates an instance. Nothing of the module runs yet, unless it has a start section.
  ///
  /// - Parameter functions: what the module may import.
  init(
    _ module: Module, functions: [HostFunction], configuration: InstanceConfiguration, drain: Drain
  ) throws(HostError) {
    guard let store = wasmtime_store_new(module.engine.handle.pointer, nil, nil),
      let context = wasmtime_store_context(store)
    else { throw .shortage(of: "memory for an instance", reason: describe(error: ENOMEM)) }
    self.store = store
    self.context = context
    self.module = module
    self.configuration = configuration
    self.drain = drain
    destinations = Destinations(configuration.connectGrants)
    // Sockets that listen, or are only opened, take memory of the kernel as well.
    let mostSockets = configuration.maxConnections.map { Int($0) + ListenerPool.mostPerWorker }
    descriptors = DescriptorTable(
      readsStandardInput: configuration.readsStandardInput, mostSockets: mostSockets ?? .max,
      budget: configuration.descriptors)
    poller = try Poller(table: descriptors, drain: drain)
    scoreboardPage = configuration.scoreboard?.take(memoryLimit: configuration.memoryLimit)
    if scoreboardPage != nil { _ = descriptors.insert(-1, kind: .scoreboard, state: []) }
    configuration.listeners?.begin(configuration.user)
    InstanceLimits.apply(to: store, memory: configuration.memoryLimit)
    wasmtime_context_set_epoch_deadline(context, 1)
    wasmtime_store_epoch_deadline_callback(
      store, Instance.interruption, Unmanaged.passUnretained(self).toOpaque(), nil)
    // An interrupt (`Engine.interrupt`) that was before this has not reached the deadline.
    if drain.isTerminated { wasmtime_context_set_epoch_deadline(context, 0) }
    giveTime(from: Clock.monotonic.now)
    try instantiate(imports: try link(functions))
  }

  deinit {
    memory.forget()
    wasmtime_store_delete(store)
    if let scoreboardPage { configuration.scoreboard?.giveBack(scoreboardPage) }
  }

  /// Runs `_start` until the module ends.
  ///
  /// - Throws: `notInstantiable` for a module without `_start`.
  public func run() throws(HostError) -> Outcome {
    if let exitStatus { return .exited(status: exitStatus) }
    let isCommand: Bool
    giveTime(from: Clock.monotonic.now)
    do throws(Trap) {
      isCommand = try call("_start") != nil
    } catch {
      // proc_exit unwinds the module with a trap of its own.
      if let exitStatus { return .exited(status: exitStatus) }
      return .trapped(error.named(by: configuration.functionNames))
    }
    guard isCommand else { throw .notInstantiable(reason: "it exports no function _start") }
    return .exited(status: 0)
  }

  /// Calls an exported function of i32 parameters and at most one i32 result; nil when there is no such export.
  package func call(_ name: String, _ arguments: UInt32...) throws(Trap) -> UInt32? {
    try call(name, list: arguments)
  }

  package func call(_ name: String, list arguments: [UInt32]) throws(Trap) -> UInt32? {
    var item = wasmtime_extern_t()
    guard wasmtime_instance_export_get(context, &instance, name, name.utf8.count, &item) else {
      return nil
    }
    defer { wasmtime_extern_delete(&item) }
    guard item.kind == UInt8(WASMTIME_EXTERN_FUNC) else { return nil }
    var values = arguments.map { argument in
      var value = wasmtime_val_raw_t()
      value.i32 = Int32(bitPattern: argument)
      return value
    }
    if values.isEmpty { values.append(wasmtime_val_raw_t()) }
    var trap: OpaquePointer?
    let error = wasmtime_func_call_unchecked(context, &item.of.func, &values, values.count, &trap)
    if let error { throw Trap(consumingError: error, isInterrupt: hasOverrun) }
    if let trap { throw Trap(consuming: trap) }
    return UInt32(bitPattern: values[0].i32)
  }

  /// Why the engine is to end the module after the present host call.
  enum Ending { case exit, termination }

  /// The trap that ends the module.
  @inline(never)
  func takeEnding() -> OpaquePointer? {
    defer { ending = nil }
    return ending == .exit ? Trap.exit : Trap.terminated
  }

  /// Lets the guest compute for `Engine.handlerTimeout` from now on.
  @inline(__always)
  func giveTime(from now: UInt64) {
    scoreboardPage?.noteTurn(at: now)
    turnBegan = now
  }

  /// Whether the guest may go on computing. The engine asks on the guest's thread at each tick.
  private static let interruption:
    @convention(c) (
      OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<UInt64>?,
      UnsafeMutablePointer<UInt8>?
    ) -> OpaquePointer? = { _, data, ticks, _ in
      guard let data, let ticks else { return nil }
      ticks.pointee = 1
      // The instance outlives its store, which calls this.
      return Unmanaged<Instance>.fromOpaque(data)._withUnsafeGuaranteedRef { instance in
        instance.mayCompute() ? nil : wasmtime_error_new("interrupted")
      }
    }

  private func mayCompute() -> Bool {
    if drain.isTerminated { return false }
    let limit = module.engine.handlerTimeout
    hasOverrun = limit > 0 && Clock.monotonic.now &- turnBegan >= limit
    return !hasOverrun
  }

  /// Notes that the guest waits, or asks for a connection.
  @inline(__always)
  func noteWait() {
    guard hasListened, !hasWaited else { return }
    hasWaited = true
    configuration.listeners?.settle(configuration.user)
    configuration.report?(.waiting)
  }

  // MARK: Linking

  /// Looks up the memory that the module exports. Without one, each access to guest memory throws `fault`.
  func adoptMemory(exportOf caller: OpaquePointer) {
    var item = wasmtime_extern_t()
    let name: StaticString = "memory"
    let found = name.withUTF8Buffer { bytes in
      wasmtime_caller_export_get(
        caller, UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
        bytes.count, &item)
    }
    guard found else { return }
    defer { wasmtime_extern_delete(&item) }
    guard item.kind == UInt8(WASMTIME_EXTERN_MEMORY) else { return }
    var handle = item.of.memory
    guard let base = wasmtime_memory_data(context, &handle) else { return }
    // The engine is configured so that memory never moves (`Engine`), and the store lives until `deinit`.
    memory.adopt(base: base) { [context] in
      var handle = handle
      return UInt64(wasmtime_memory_data_size(context, &handle))
    }
  }

  /// The functions that the module imports, in its order. An import that the host does not offer is refused by
  /// name.
  private func link(_ offered: [HostFunction]) throws(HostError) -> [wasmtime_extern_t] {
    var imports: [wasmtime_extern_t] = []
    for wanted in module.imports {
      guard let function = offered.first(where: wanted.isSatisfied) else {
        throw wanted.refusal(by: offered)
      }
      let bound = BoundFunction(
        function, of: self, shadow: configuration.shadows.last { $0.name == function.name })
      functions.append(bound)
      var item = wasmtime_extern_t()
      item.kind = UInt8(WASMTIME_EXTERN_FUNC)
      item.of.func = define(function, Unmanaged.passUnretained(bound).toOpaque())
      imports.append(item)
    }
    return imports
  }

  /// A function of the store, in the engine's unchecked form. The types have been verified by then. A call costs
  /// about 13 ns in all, where the checked form takes 50 to 90.
  private func define(
    _ function: HostFunction, _ environment: UnsafeMutableRawPointer
  ) -> wasmtime_func_t {
    let type = function.makeType()
    defer { wasm_functype_delete(type) }
    var result = wasmtime_func_t()
    wasmtime_func_new_unchecked(context, type, BoundFunction.entry, environment, nil, &result)
    return result
  }

  private func instantiate(imports: [wasmtime_extern_t]) throws(HostError) {
    var trap: OpaquePointer?
    let error = wasmtime_instance_new(
      context, module.handle.pointer, imports, imports.count, &instance, &trap)
    // The module may end in its start section already; `run` returns that outcome.
    if let error {
      let reason = String(consumingError: error)
      if exitStatus != nil { return }
      if let resource = Engine.missingResource { throw .shortage(of: resource, reason: reason) }
      throw .notInstantiable(reason: reason)
    }
    if let trap {
      let reason = Trap(consuming: trap).message
      if exitStatus == nil { throw .notInstantiable(reason: reason) }
    }
  }
}

extension HostFunction {
  /// The engine's object for the function's type; the caller deletes it.
  fileprivate func makeType() -> OpaquePointer? {
    var parameters = HostFunction.vector(of: parameterTypes)
    var results = HostFunction.vector(of: resultTypes)
    return wasm_functype_new(&parameters, &results)
  }

  private static func vector(of types: [ValueType]) -> wasm_valtype_vec_t {
    let values = types.map { wasm_valtype_new($0.rawValue) }
    var vector = wasm_valtype_vec_t()
    wasm_valtype_vec_new(&vector, values.count, values)
    return vector
  }
}
