import Foundation
import Testing

@testable import FuzzTargets

/// What fuzzing has found and kept.
enum Kept {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("fuzz")

  /// The inputs that between them reach all that fuzzing has reached.
  static func corpus(_ target: String) throws -> [[UInt8]] {
    let file = folder.appendingPathComponent("corpus/\(target).txt")
    return KeptInputs.inputs(try String(contentsOf: file, encoding: .utf8))
  }

  /// The inputs that were findings once.
  static func crashes(_ target: String) throws -> [[UInt8]] {
    let folder = folder.appendingPathComponent("crashes/\(target)")
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .map { [UInt8](try Data(contentsOf: $0)) }
  }

  static func all(_ target: String) throws -> [[UInt8]] { try corpus(target) + crashes(target) }
}

extension FuzzTarget {
  static func named(_ name: String) throws -> FuzzTarget {
    try #require(all.first { $0.name == name })
  }
}

struct ReplayTests {
  @Test(
    "Nothing is found in what fuzzing has kept",
    arguments: FuzzTarget.all.map(\.name).filter { $0 != "host" })
  func replay(name: String) throws {
    let target = try FuzzTarget.named(name)
    let inputs = try Kept.all(name)
    #expect(inputs.count > 50)
    for input in inputs {
      if let complaint = target.check(input) {
        Issue.record("\(complaint), from \(KeptInputs.line(input))")
      }
    }
  }

  /// In a process of its own: it looks at all the process' descriptors.
  @Test("Nothing is found in what fuzzing has kept for the host")
  func replayHost() async {
    await #expect(processExitsWith: .success) {
      let inputs = try Kept.all("host")
      guard inputs.count > 50 else { exit(EXIT_FAILURE) }
      for input in inputs {
        if let complaint = HostOracle().check(input) {
          print("\(complaint), from \(KeptInputs.line(input))")
          exit(EXIT_FAILURE)
        }
      }
    }
  }

  @Test("An input is the same when it has been written and read", arguments: 0..<8)
  func inputs(seed: UInt8) {
    let input = (0...255).map { UInt8($0) &* (2 * seed + 1) } + Array("\\x41\\n".utf8)
    let text = KeptInputs.line(input) + "\n" + KeptInputs.line([seed]) + "\n"
    #expect(KeptInputs.inputs(text) == [input, [seed]])
    #expect(text.utf8.allSatisfy { $0 == 0x0A || 0x20...0x7E ~= $0 })
  }
}
