import Testing
import WasmHost

@testable import CommandLine
@testable import wasm_serve

/// What the options of `wasm-serve` set.
struct TableTests {
  private func parse(_ words: String...) throws -> Settings {
    try WasmServeTable.table.parse(words, into: Settings()).settings
  }

  @Test("Without options everything is as the defaults say")
  func defaults() throws {
    let settings = try parse("dir/x.wasm")
    #expect(settings.module == "dir/x.wasm")
    #expect(settings.moduleName == "x.wasm")
    #expect(settings.memory.description == "256M")
    #expect(settings.socketMemory.description == "512K")
    #expect(settings.drainTimeout == .seconds(30))
    #expect(settings.usesCache && settings.isConfined)
    #expect(!settings.allowsPrecompiled && !settings.watches && !settings.readsStandardInput)
    #expect(settings.maxConnections == nil && settings.workers == nil)
  }

  @Test("Each option sets what it says")
  func options() throws {
    let settings = try parse(
      "--env", "A=1", "--listen", "80", "--allow-connect", "*:443", "--max-connections", "7",
      "--memory", "64M", "--socket-memory", "64K", "--stdin", "--workers", "3",
      "--handler-timeout", "0.5", "--watch", "--drain-timeout", "9", "--cache-dir", "/c",
      "--compile-timeout", "5", "--no-cache", "--allow-precompiled", "--no-confine",
      "--log-format", "json", "--quiet", "x", "--", "y")
    #expect(settings.environment == [.init("A", "1")])
    #expect(settings.listen.count == 1 && settings.allowConnect.count == 1)
    #expect(settings.maxConnections == 7)
    #expect(settings.memory.bytes == 64 << 20)
    #expect(settings.socketMemory.bytes == 64 << 10)
    #expect(settings.readsStandardInput && settings.watches && settings.isQuiet)
    #expect(settings.workers == 3)
    #expect(settings.handlerTimeout == .milliseconds(500))
    #expect(settings.drainTimeout == .seconds(9))
    #expect(settings.cacheDirectory == "/c" && !settings.usesCache)
    #expect(settings.compileTimeout == .seconds(5))
    #expect(settings.allowsPrecompiled && !settings.isConfined)
    #expect(settings.logFormat == .json)
    #expect(settings.arguments == ["y"])
  }

  @Test("The other commands have options of their own")
  func commands() throws {
    let settings = try parse("compile", "-o", "a", "--portable", "x")
    #expect(settings.output == "a" && settings.isPortable)
    #expect(try parse("inspect", "--memory", "1G", "x").memory.bytes == 1 << 30)
    #expect(try parse("completions", "fish").shell == .fish)
    #expect(throws: UsageError.self) { try parse("compile", "--watch", "x") }
  }

  @Test(
    "Durations are nanoseconds where the engine wants them, and too long ones the longest",
    arguments: [
      (.zero, 0), (.milliseconds(2500), 2_500_000_000), (.seconds(-1), 0),
      (.seconds(Int64.max), .max),
    ] as [(Duration, UInt64)])
  func nanoseconds(duration: Duration, expected: UInt64) {
    #expect(duration.nanoseconds == expected)
  }
}
