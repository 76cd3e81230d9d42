import Foundation
import Testing
import WasmHost

@testable import CommandLine
@testable import wasm_serve

/// What the documentation says of `wasm-serve` beside what the program has.
struct DocumentationTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func lines(_ path: String) throws -> [String] {
    try String(contentsOf: DocumentationTests.root.appendingPathComponent(path), encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  /// The cells of a table's row.
  private func cells(_ line: String) -> [String] {
    line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private func statuses(_ text: String) -> [Int32] {
    text.split { ",、 ".contains($0) }.compactMap { Int32($0) }
  }

  @Test("The unit does not restart what would end in the same way again")
  func unit() throws {
    let key = "RestartPreventExitStatus="
    let line = try #require(
      try lines("packaging/wasm-serve@.service").first { $0.hasPrefix(key) })
    let permanent = ExitStatus.table.filter(\.isPermanent).flatMap { statuses($0.statuses) }
    #expect(statuses(String(line.dropFirst(key.count))) == permanent)
  }

  @Test(
    "The runbook's statuses of the host are some that it has",
    arguments: ["docs/kubernetes.md", "docs/kubernetes.ja.md"])
  func runbook(path: String) throws {
    let known = Set(ExitStatus.table.flatMap { statuses($0.statuses) })
    let rows = try lines(path).filter { $0.hasPrefix("| ") }.map { cells($0).first ?? "" }
    // (sysexits.h's range, which is the host's own.)
    let told = rows.filter { $0.allSatisfy { $0.isNumber || ",、 ".contains($0) } }
      .flatMap(statuses).filter { 64...78 ~= $0 }
    #expect(told.count > 5)
    for status in told { #expect(known.contains(status), "\(status)") }
  }

  @Test("The readme's defaults are those of the program", arguments: ["README.md", "README.ja.md"])
  func defaults(path: String) throws {
    let rows = try lines(path).filter { $0.hasPrefix("| `") }.map(cells)
    func row(_ name: String) throws -> [String] {
      try #require(rows.first { $0.first?.hasPrefix("`\(name)") == true }, "\(name)")
    }
    let settings = Settings.standard
    for (option, value) in [
      ("--drain-timeout", settings.drainTimeout.wholeSeconds),
      ("--compile-timeout", settings.compileTimeout.wholeSeconds),
      ("--handler-timeout", settings.handlerTimeout.wholeSeconds),
      ("MAX_CONNECTIONS`", Int64(ServerSettings.standardMaxConnections)),
    ] {
      let told = try row(option)[1].prefix { $0.isNumber }
      #expect(String(told) == "\(value)", "\(option)")
    }
    for (option, size) in [
      ("--memory", settings.memory), ("--socket-memory", settings.socketMemory),
    ] {
      #expect(try row(option)[1].contains("\(size)"), "\(option)")
    }
  }

  @Test("Each option of the table is in the readme", arguments: ["README.md", "README.ja.md"])
  func options(path: String) throws {
    let text = try lines(path).joined(separator: "\n")
    for option in RunOptions.all.flatMap(\.forms) { #expect(text.contains(option), "\(option)") }
  }

  @Test(
    "The settings that the host knows are those of the readme",
    arguments: ["README.md", "README.ja.md"])
  func settings(path: String) throws {
    let rows = try lines(path).filter { $0.hasPrefix("| `") }.compactMap { cells($0).first }
    let names = rows.map { $0.filter { $0 != "`" } }
      .filter { !$0.isEmpty && $0.allSatisfy { $0 == "_" || $0.isASCII && $0.isUppercase } }
    #expect(names.sorted() == ServerSettings.all.map(\.name).sorted())
  }

  @Test("`make serve` passes on each of them")
  func script() throws {
    let text = try lines("scripts/serve").joined(separator: "\n")
    let list = try #require(text.firstMatch(of: /settings=\(([^)]*)\)/)).1
    #expect(
      list.split { " \n".contains($0) }.map(String.init).sorted()
        == ServerSettings.all.map(\.name).sorted())
  }
}
