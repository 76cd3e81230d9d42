import ServerHarness

/// The command, and what the tests of its words have in common.
struct WasmServe {
  let folder: TemporaryFolder
  let module: String
  private let program: String

  init() throws {
    folder = try TemporaryFolder()
    module = try Dist.file("http_server.wasm")
    program = try Dist.file("wasm-serve")
  }

  func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Program {
    try Program(program, arguments, environment: environment)
  }

  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Program.Result {
    try start(arguments, environment: environment).finish()
  }

  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Program.Result {
    try run(arguments, environment: environment)
  }
}
