import Glibc
import Testing

@testable import WasmHost

@Suite("The names of a module's functions, in a file beside it")
struct FunctionNamesTests {
  private let place: CachePlace
  private let module: [UInt8]
  private let log = CapturedLog()

  init() throws {
    // The first function of the module traps, and is called by the second.
    module = try assemble(
      "(module (func unreachable) (func (export \"_start\") (call 0)))")
    place = try CachePlace(module)
  }

  private var heading: String {
    "wasm-symbols 1 \(module.withUnsafeBytes { WasmHost.digest(of: $0) })\n"
  }

  private func write(_ text: String) throws {
    let file = try #require(FunctionNames.place(besideModule: place.file))
    try place.write(Array(text.utf8), to: file)
  }

  /// What the backtrace of the module's trap calls its functions.
  private func frames(of file: String? = nil) throws -> [String] {
    let loaded = try Module.load(
      path: file ?? place.file, engine: engine(), cache: nil, logger: log.logger)
    var configuration = InstanceConfiguration()
    configuration.functionNames = loaded.functionNames
    let instance = try Instance(loaded.module, configuration: configuration, drain: Drain())
    guard case .trapped(let trap) = try instance.run() else { return [] }
    return trap.frames.map { String($0.description.prefix { $0 != "(" }) }
  }

  private let unnamed = ["at function 0 ", "at function 1 "]

  @Test("A backtrace has them")
  func named() throws {
    try write(heading + "0 Todo.remove(_: Int)\n1 main\n")
    #expect(try frames() == ["at Todo.remove", "at main "])
    #expect(log.lines.isEmpty)
  }

  @Test("Without a file nothing is said")
  func none() throws {
    #expect(try frames() == unnamed)
    #expect(log.lines.isEmpty)
  }

  @Test("What is compiled ahead of time has them as well")
  func precompiled() throws {
    try write(heading + "0 inner\n")
    let file = String(place.file.dropLast(".wasm".count)) + ".module"
    try Module.precompile(path: place.file, to: file, engine: engine())
    #expect(try frames(of: file).first == "at inner ")
  }

  @Test(
    "A file that is not for this module is not used, and one line says why",
    arguments: [
      ("", "does not begin with"), ("0 inner\n", "does not begin with"),
      ("wasm-symbols 2 ", "does not begin with"), ("wasm-symbols 1 ", "for another module"),
      ("wasm-symbols 1 \(String(repeating: "0", count: 64))\n0 inner\n", "for another module"),
    ])
  func refused(text: String, reason: String) throws {
    try write(text)
    #expect(try frames() == unnamed)
    #expect(log.lines.count == 1)
    #expect(log.lines.first?.contains(reason) == true)
  }

  @Test("A digest with more behind it is another one")
  func longDigest() throws {
    try write(heading.dropLast() + "0\n0 inner\n")
    #expect(try frames() == unnamed)
    #expect(log.lines.count == 1)
  }

  @Test("A file that is too large is not read")
  func tooLarge() throws {
    let fill = FunctionNames.largest - heading.utf8.count - "0 inner\n".utf8.count
    let rest = String(repeating: "\n", count: fill)
    try write(heading + "0 inner\n" + rest)
    #expect(try frames().first == "at inner ")
    try write(heading + "0 inner\n" + rest + "\n")
    #expect(try frames() == unnamed)
    #expect(log.lines.count == 1)
  }

  @Test(
    "Lines that are none are passed over",
    arguments: [
      "inner", "0", "0 ", "0x0 inner", "-1 inner", "99999999999 inner", "4294967296 inner",
      " 0 inner",
      "\n\n", "0\tinner", "00000000000 inner", "7 other",
    ])
  func malformed(line: String) throws {
    try write(heading + line + "\n1 main")
    #expect(try frames() == ["at function 0 ", "at main "])
    #expect(log.lines.isEmpty)
  }

  @Test("A name cannot steer a terminal or fill the log, and need not be text")
  func hostile() throws {
    try write(heading + "0 \u{1b}[2J\u{202e}\n1 " + String(repeating: "n", count: 1000) + "\n")
    let long = "at " + String(repeating: "n", count: FunctionNames.longest) + " "
    #expect(try frames() == ["at \\u{1b}[2J\\u{202e} ", long])
    let file = try #require(FunctionNames.place(besideModule: place.file))
    try place.write(Array((heading + "0 a").utf8) + [0xff, 0x0a], to: file)
    #expect(try frames().first == "at a\u{fffd} ")
  }

  @Test(
    "The file has the module's name with another extension",
    arguments: [
      ("a/b.wasm", "a/b.symbols"), ("b.module", "b.symbols"), ("b", nil), ("b.wasm.gz", nil),
    ])
  func places(module: String, file: String?) {
    #expect(FunctionNames.place(besideModule: module) == file)
  }
}
