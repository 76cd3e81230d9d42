import Foundation
import ServerHarness
import Testing

/// Modules that take longer to compile than they may.
struct CompileTimeoutTests {
  @Test("A module that is not compiled in time is one line, and status 65")
  func atStart() throws {
    let (folder, path) = try bigModule(functions: 3000)
    let result = try ServerProcess.start(
      .wasmServe, module: path, settings: [:], options: ["--no-cache", "--compile-timeout", "1"],
      through: onOneProcessor
    ).finish()
    #expect(result.status == 65)
    #expect(result.errorLines.count == 1)
    #expect(result.errors.contains("it is not compiled within --compile-timeout (1 s)"))
    withExtendedLifetime(folder) {}
  }

  @Test(
    "A new module that is not compiled in time leaves the old one running, and a later one is taken"
  )
  func whileServing() throws {
    // The two good ones are in the cache: their time is not the matter here.
    for service in [Service.echo, .faulty] { _ = try ServerProcess(.wasmServe, service) }
    let folder = try TemporaryFolder()
    let module = "\(folder.path)/m.wasm"
    func put(_ path: String) throws {
      try Data(contentsOf: URL(fileURLWithPath: path)).write(
        to: URL(fileURLWithPath: module), options: .atomic)
    }
    try put(Dist.file("http_server.wasm"))
    let server = try ServerProcess(
      module: module, options: ["--compile-timeout", "1"], through: onOneProcessor)
    let (other, big) = try bigModule(functions: 3000)
    try put(big)
    server.program.signal(SIGHUP)
    try server.program.wait(for: "the module is not replaced, the old one goes on")
    #expect(try server.client().get().status == 200)
    // It is compiled still, for nothing: the next one waits for that, which takes a busy machine a minute.
    try put(Dist.file("faulty.wasm"))
    server.program.signal(SIGHUP)
    try server.program.wait(in: .errors, for: "the replacement", seconds: 300) {
      $0.contains("is replaced") ? () : nil
    }
    try eventually("the later one answers") {
      try server.client().get("/version").text == "first"
    }
    #expect(server.timesLogged("--compile-timeout") == 1)
    withExtendedLifetime(other) {}
  }
}
