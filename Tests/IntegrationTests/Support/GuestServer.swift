import Foundation
import ServerHarness
import WasmHost

/// The real module in this process, on a host whose functions the test may replace: it plays
/// another runtime with all that is odd about it.
final class GuestServer {
  let port: UInt16
  /// 0 without an admin port.
  let adminPort: UInt16
  private let drain: Drain
  private let worker: Worker
  private let log = GuestLog()

  private static let module = Result {
    try Module.load(path: Dist.file("http_server.wasm"), engine: Engine(), cache: nil).module
  }

  /// - Parameters:
  ///   - environment: HOST=127.0.0.1 and PORT=0 when not given.
  ///   - shadows: what stands before the host's own functions.
  init(
    environment: [String: String] = ["HOST": "127.0.0.1", "PORT": "0"], shadows: [Shadow]
  ) throws {
    var configuration = InstanceConfiguration()
    configuration.arguments = ["http_server.wasm"]
    configuration.environment = environment.map { .init($0.key, $0.value) }
    configuration.grants = Grants([Grants.Grant("0")].compactMap { $0 })
    configuration.logger.logLevel = .critical
    configuration.shadows = shadows + [log.taking]
    drain = try Drain()
    let log = log
    worker = try Worker(
      module: GuestServer.module.get(), configuration: configuration, drain: drain
    ) { event in
      if case .ended = event { log.end() }
    }
    port = try log.wait(for: "port") { portInLog(of: "listening", in: $0) }
    adminPort =
      environment["ADMIN_PORT"] == nil
      ? 0 : try log.wait(for: "admin port") { portInLog(of: "admin port", in: $0) }
  }

  deinit { drain.begin() }

  func client() throws -> Client { try Client(port: port, of: self) }

  /// Asks it to drain and waits for its end.
  ///
  /// - Throws: when it ends in another way than with status 0.
  func stop() throws {
    drain.begin()
    try log.waitForEnd()
    guard case .ended(.exited(status: 0)) = worker.result else {
      throw TestFailure("ended with \(String(describing: worker.result)): \(log.text)")
    }
  }

  /// Waits for an end that nobody asked for; returns the exit status.
  func status() throws -> UInt32 {
    try log.waitForEnd()
    guard case .ended(.exited(let status)) = worker.result else {
      throw TestFailure("ended with \(String(describing: worker.result)): \(log.text)")
    }
    return status
  }

  /// Everything that it has written to its log.
  var logText: String { log.text }
}

/// What the guest writes.
private final class GuestLog: @unchecked Sendable {
  private let changed = NSCondition()
  private var written = ""
  private var hasEnded = false

  var text: String { changed.withLock { written } }

  /// Takes what is written to standard output and standard error. Nothing else is written to by
  /// `fd_write`: on a socket that was reset it would end the runtime with SIGPIPE.
  var taking: Shadow {
    shadow("fd_write") { [self] call in
      let (descriptor, vectors) = (call.arguments[0], call.arguments[1])
      guard descriptor == 1 || descriptor == 2 else { return 8 }
      var bytes: [UInt8] = []
      for number in 0..<call.arguments[2] {
        let start = try call.memory.read(UInt32.self, at: vectors + 8 * number)
        let count = try call.memory.read(UInt32.self, at: vectors + 8 * number + 4)
        bytes += try call.memory.bytes(start, count: count)
      }
      try call.memory.write(UInt32(bytes.count), at: call.arguments[3])
      changed.withLock {
        written += String(decoding: bytes, as: UTF8.self)
        changed.broadcast()
      }
      return 0
    }
  }

  func end() {
    changed.withLock {
      hasEnded = true
      changed.broadcast()
    }
  }

  func wait<Found>(for what: String, _ find: (String) -> Found?) throws -> Found {
    let limit = Date(timeIntervalSinceNow: 60)
    return try changed.withLock {
      while true {
        if let found = find(written) { return found }
        guard !hasEnded, changed.wait(until: limit) else {
          throw TestFailure("no \(what): \(written)")
        }
      }
    }
  }

  func waitForEnd() throws {
    let limit = Date(timeIntervalSinceNow: 60)
    try changed.withLock {
      while !hasEnded {
        guard changed.wait(until: limit) else { throw TestFailure("has not ended: \(written)") }
      }
    }
  }
}
