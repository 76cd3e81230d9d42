import Foundation

/// The ways to run the server that there are on this machine.
public enum Flavour: String, CaseIterable, Sendable {
  case wasmServe = "wasm-serve"
  case native
  case wasmEdge = "wasmedge, interpreted"
  case wasmEdgeAOT = "wasmedge, compiled"

  /// The first two are built here and must be there; WasmEdge is somebody else's.
  public static let available: [Flavour] = allCases.filter { flavour in
    switch flavour {
    case .wasmServe, .native: true
    case .wasmEdge, .wasmEdgeAOT: wasmEdgePath != nil
    }
  }

  /// Those that take signals.
  public static let ours: [Flavour] = [.wasmServe, .native]

  fileprivate static let wasmEdgePath = findOnPath("wasmedge")
}

public enum Service: String, Sendable {
  case echo = "http_server"
  case fixture
  /// Fails when it is asked to.
  case faulty
  /// Reads and writes what clients send beside JSON.
  case text
}

/// A server, from its start to its end.
public final class ServerProcess: Sendable {
  public let program: Program
  public let port: UInt16
  /// 0 without an admin port.
  public let adminPort: UInt16

  /// Starts a server and waits until it listens. HOST and PORT are 127.0.0.1 and 0 if not set.
  ///
  /// - Parameters:
  ///   - module: a module's file instead of the service's, for wasm-serve.
  ///   - options: of wasm-serve, which has one worker if they do not say otherwise.
  ///   - shell: a script that prepares something and goes on with `exec "$@"`.
  public init(
    _ flavour: Flavour = .wasmServe, _ service: Service = .echo, module: String? = nil,
    settings: [String: String] = [:], options: [String] = [], through shell: String? = nil,
    traits: Program.Traits = Program.Traits()
  ) throws {
    program = try ServerProcess.start(
      flavour, service, module: module, settings: settings, options: options, through: shell,
      traits: traits)
    port = try program.wait(in: .errors, for: "port") { portInLog(of: "listening", in: $0) }
    adminPort =
      settings["ADMIN_PORT"] == nil
      ? 0
      : try program.wait(in: .errors, for: "admin port") {
        portInLog(of: "admin port", in: $0)
      }
  }

  /// Starts a server, which may fail.
  public static func start(
    _ flavour: Flavour, _ service: Service = .echo, module: String? = nil,
    settings: [String: String], options: [String] = [], through shell: String? = nil,
    traits: Program.Traits = Program.Traits()
  ) throws -> Program {
    let command = try command(
      flavour, service, module: module, settings: settings, options: options)
    guard let shell else {
      return try Program(
        command.path, command.arguments, environment: command.environment, traits: traits)
    }
    return try Program(
      "/bin/sh", ["-c", shell, "sh", command.path] + command.arguments,
      environment: command.environment, traits: traits)
  }

  private static func command(
    _ flavour: Flavour, _ service: Service, module: String?, settings: [String: String],
    options: [String]
  ) throws -> (path: String, arguments: [String], environment: [String: String]) {
    let settings = ["HOST": "127.0.0.1", "PORT": "0"].merging(settings) { $1 }
    let variables = settings.flatMap { ["--env", "\($0.key)=\($0.value)"] }
    let path = try module ?? Dist.file("\(service.rawValue).wasm")
    switch flavour {
    case .wasmServe:
      return (
        try Dist.file("wasm-serve"),
        try ["--cache-dir", cache.get(), "--workers", "1"] + options + variables + [path],
        ["XDG_STATE_HOME": try cache.get()]
      )
    case .native:
      guard service == .echo else { throw TestFailure("dist/ has no native \(service)") }
      return (try Dist.file("http_server"), [], settings)
    case .wasmEdge:
      return (try wasmEdge(), variables + [path], [:])
    case .wasmEdgeAOT:
      return (try wasmEdge(), try ["--run-mode", "aot"] + variables + [compiled(service)], [:])
    }
  }

  private static func wasmEdge() throws -> String {
    guard let path = Flavour.wasmEdgePath else { throw TestFailure("no wasmedge on PATH") }
    return path
  }

  // MARK: Asking

  public func client(receiveBuffer: Int32? = nil) throws -> Client {
    try Client(port: port, of: self, receiveBuffer: receiveBuffer)
  }

  /// Has the server drain as an operator does; gives the status.
  public func requestDrain() throws -> Int {
    try Client(port: adminPort, of: self).exchange(
      "POST /drain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ).status
  }

  /// Asks the admin port.
  public func admin(_ target: String) throws -> HTTPResponse {
    try Client(port: adminPort, of: self).get(target, fields: "Connection: close\r\n")
  }

  /// A figure of /metrics.
  public func metric(_ name: String) throws -> Int {
    let line = try admin("/metrics").text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
    guard let line, let value = Int(line.dropFirst(name.count + 1)) else {
      throw TestFailure("no metric \(name)")
    }
    return value
  }

  /// How often something stands in the log.
  public func timesLogged(_ text: String) -> Int {
    program.text(of: .errors).components(separatedBy: text).count - 1
  }

  // MARK: Common to all

  /// Where wasm-serve keeps compiled modules during the tests: as in practice, several servers
  /// share it.
  private static let cache = Result { try lastingFolder().path }

  /// Modules that WasmEdge has compiled, which takes seconds.
  private static let compiledEcho = Result { try compile(.echo) }
  private static let compiledFixture = Result { try compile(.fixture) }

  private static func compiled(_ service: Service) throws -> String {
    try (service == .echo ? compiledEcho : compiledFixture).get()
  }

  private static func compile(_ service: Service) throws -> String {
    let path = try lastingFolder().path + "/\(service.rawValue).wasm"
    let result = try Program(
      wasmEdge(), ["compile", Dist.file("\(service.rawValue).wasm"), path]
    ).finish(seconds: 120)
    guard result.status == 0 else { throw TestFailure("wasmedge compile: \(result.errors)") }
    return path
  }

  /// A folder for as long as this process lives.
  private static func lastingFolder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    LastingFolders.shared.add(folder)
    return folder
  }
}

/// Folders that nothing but the end of the process removes.
private final class LastingFolders: @unchecked Sendable {
  static let shared = LastingFolders()
  private let lock = NSLock()
  private var folders: [TemporaryFolder] = []

  private init() {
    atexit { LastingFolders.shared.removeAll() }
  }

  func add(_ folder: TemporaryFolder) { lock.withLock { folders.append(folder) } }

  private func removeAll() { lock.withLock { folders = [] } }
}

/// The port in the log line that has this message, as text or as JSON.
public func portInLog(of message: String, in log: String) -> UInt16? {
  for line in log.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  where line.contains(message) {
    for mark in ["address=\"", "\"address\":\""] {
      guard let start = line.range(of: mark)?.upperBound,
        let end = line[start...].firstIndex(of: "\""),
        let colon = line[..<end].lastIndex(of: ":")
      else { continue }
      return UInt16(line[line.index(after: colon)..<end])
    }
  }
  return nil
}
