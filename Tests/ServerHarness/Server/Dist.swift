import Foundation

public struct TestFailure: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// What `make build` puts into dist/, or into the folder that the environment variable DIST names.
public enum Dist {
  private static let folder =
    ProcessInfo.processInfo.environment["DIST"]
    ?? URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("dist").path

  /// - Throws: when it is missing, which is a failure and no reason to skip a test.
  public static func file(_ name: String) throws -> String {
    let path = "\(folder)/\(name)"
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw TestFailure("\(path) is missing: run make build first")
    }
    return path
  }
}

/// Where a command is on PATH, nil when it is not.
public func findOnPath(_ command: String) -> String? {
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/\(command)" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
}

/// A folder of the test's own, removed with all that is in it.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("integration-tests-\(UUID().uuidString)")
    // Not for others: wasm-serve keeps compiled code only where nobody else can write.
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  public func write(_ bytes: [UInt8], as name: String) throws -> String {
    let file = "\(path)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }
}
