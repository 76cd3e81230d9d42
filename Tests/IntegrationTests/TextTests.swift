import Foundation
import ServerHarness
import Testing

/// Arguments and variables that are no UTF-8 text: they are refused by name, and never changed.
struct TextTests {
  /// Runs wasm-serve by a shell, which passes any octets on.
  private func run(_ words: String) throws -> Program.Result {
    let program = try Dist.file("wasm-serve")
    let printf = "$(printf 'caf\\351')"
    return try Program(
      "/bin/sh", ["-c", words.replacingOccurrences(of: "CAFE", with: printf), "sh", program]
    ).finish()
  }

  @Test(
    "An argument or a value that is no text ends the start, with one line that shows it",
    arguments: [
      "exec \"$1\" \"CAFE.wasm\"", "exec \"$1\" --cache-dir \"/tmp/CAFE\" m.wasm",
      "exec \"$1\" --env \"A=CAFE\" m.wasm", "exec \"$1\" m.wasm -- \"CAFE\"",
      "exec \"$1\" inspect \"CAFE\"", "A=\"CAFE\"; export A; exec \"$1\" --env A m.wasm",
    ])
  func refused(command: String) throws {
    let result = try run(command)
    #expect(result.status == 64)
    #expect(result.errorLines.count == 1)
    #expect(result.errors.contains("is not UTF-8 text: '") && result.errors.contains("caf\\xe9"))
  }

  @Test("Text beyond ASCII is kept as it is")
  func kept() throws {
    let folder = try TemporaryFolder()
    let module = try folder.write(
      Array(Data(contentsOf: URL(fileURLWithPath: Dist.file("http_server.wasm")))),
      as: "caf\u{e9}.wasm")
    let server = try ServerProcess(module: module, settings: ["SERVER_HEADER": "caf\u{e9}"])
    #expect(try server.client().get().status == 200)
    try server.program.wait(for: "caf\u{e9}.wasm listens on")
  }
}
