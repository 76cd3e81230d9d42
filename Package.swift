// swift-tools-version: 6.2
import PackageDescription

// The engine is not a Swift package: scripts/setup unpacks it here (see docs/architecture.md).
let engine = "\(Context.packageDirectory)/.tools/wasmtime"

// A placeholder of 120 octets, which scripts/install replaces by the path of the installed engine.
let installed = "/@installed@" + String(repeating: "/", count: 108)

// Every use of a pointer is marked `unsafe`, or it is an error. (The values that a function may not outlive
// are an experimental feature of the compiler as long as the annotation is called @_lifetime.)
let safe: [SwiftSetting] = [
  .strictMemorySafety(), .treatWarning("StrictMemorySafety", as: .error),
  .enableExperimentalFeature("Lifetimes"),
]

// Tests read spans too, and make some from memory of their own.
let lifetimes: [SwiftSetting] = [.enableExperimentalFeature("Lifetimes")]

let package = Package(
  name: "wasm-http-server",
  // Libraries for services, and no programs: a package that depends on this one fetches what the
  // products need, and no service needs the host's logging (Tests/dependent).
  products: [
    .library(name: "HTTPCodec", targets: ["HTTPCodec"]),
    .library(name: "HTTPServer", targets: ["HTTPServer"]),
    .library(name: "HTTPServerTesting", targets: ["HTTPServerTesting"]),
    .library(name: "HTTPService", targets: ["HTTPService"]),
    .plugin(name: "EmbedAssets", targets: ["EmbedAssets"]),
  ],
  traits: [
    .trait(
      name: "StatusCharts",
      description: "Live charts on the admin port's status page, for two kilobytes of the module.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
  ],
  targets: [
    // The guest: builds as a wasm module (Embedded Swift) and natively.
    .systemLibrary(name: "CMemory"),
    .systemLibrary(name: "CWASI"),
    .target(name: "Memory", dependencies: ["CMemory"], swiftSettings: safe),
    .target(name: "Encodings", dependencies: ["Memory"], swiftSettings: safe),
    .target(name: "HTTPCodec", dependencies: ["CMemory", "Memory"], swiftSettings: safe),
    .target(name: "JSON", dependencies: ["HTTPCodec", "Memory"], swiftSettings: safe),
    .systemLibrary(name: "CAssets"),
    .systemLibrary(name: "CLinux"),
    .target(
      name: "Sockets",
      dependencies: [
        "CMemory", "CWASI", "Memory",
        .target(name: "CLinux", condition: .when(platforms: [.linux])),
      ], swiftSettings: safe),
    .target(name: "Heap", dependencies: ["CMemory"], swiftSettings: safe),
    .systemLibrary(name: "CStatusCharts"),
    .target(
      name: "HTTPService",
      dependencies: ["CAssets", "CMemory", "Encodings", "HTTPCodec", "JSON", "Memory"],
      swiftSettings: safe),
    .target(
      name: "HTTPServer",
      dependencies: [
        "CMemory", "CStatusCharts", "Heap", "HTTPCodec", "HTTPService", "Memory", "Sockets",
      ], swiftSettings: safe),
    .target(
      name: "HTTPServerTesting", dependencies: ["HTTPCodec", "HTTPService", "Memory"],
      swiftSettings: lifetimes),
    .executableTarget(name: "http_server", dependencies: ["HTTPServer"], swiftSettings: safe),
    .executableTarget(
      name: "conformance_service", dependencies: ["HTTPServer"],
      path: "Tests/Fixtures/ConformanceService", swiftSettings: safe),
    .executableTarget(
      name: "faulty_service", dependencies: ["HTTPServer"], path: "Tests/Fixtures/FaultyService",
      swiftSettings: safe),
    .executableTarget(
      name: "text_service",
      dependencies: ["Encodings", "HTTPCodec", "HTTPServer", "HTTPService", "Memory"],
      path: "Tests/Fixtures/TextService", swiftSettings: safe),

    .executableTarget(
      name: "json_service", dependencies: ["HTTPServer"], path: "Tests/Fixtures/JSONService",
      swiftSettings: safe),

    // The host: runs such modules on the Wasmtime engine.
    .target(
      name: "CWasmtime",
      linkerSettings: [.unsafeFlags(["-L\(engine)"]), .linkedLibrary("wasmtime")]),
    .target(name: "GuestABI", swiftSettings: safe),
    .target(
      name: "WasmHost",
      dependencies: [
        "CLinux", "CWasmtime", "Encodings", "GuestABI",
        .product(name: "Logging", package: "swift-log"),
      ]),
    .target(name: "CommandLine"),
    .executableTarget(
      name: "wasm-serve",
      dependencies: [
        "CLinux", "CommandLine", "WasmHost", .product(name: "Logging", package: "swift-log"),
      ],
      linkerSettings: [
        // The engine is next to the program, or where `make install` puts it. For a program with
        // privileges (setcap) the loader ignores $ORIGIN: scripts/install writes the path itself.
        .unsafeFlags([
          "-Xlinker", "-rpath", "-Xlinker", "$ORIGIN:$ORIGIN/../lib/wasm-serve:\(installed)",
        ])
      ]),

    // For packages of services: files that become a part of the module.
    .plugin(
      name: "EmbedAssets", capability: .buildTool(), dependencies: ["embed-assets"]),
    .executableTarget(name: "embed-assets", dependencies: ["Encodings"]),

    // Shared by tests and fuzzing: oracles, and a network in memory.
    .target(name: "SeededRandom", path: "Tests/SeededRandom"),
    .target(
      name: "CodecOracle", dependencies: ["HTTPCodec", "Memory", "SeededRandom"],
      path: "Tests/CodecOracle", swiftSettings: lifetimes),
    .target(
      name: "ScriptedNetwork", dependencies: ["HTTPServer", "Memory", "Sockets"],
      path: "Tests/ScriptedNetwork", swiftSettings: lifetimes),
    // Many servers and clients in one thread. Optimised even in debug builds, or tests would measure
    // the clients and not the server.
    .systemLibrary(name: "CEpoll", path: "Tests/CEpoll"),
    .target(
      name: "ServerHarness", dependencies: ["CEpoll", "SeededRandom"], path: "Tests/ServerHarness",
      swiftSettings: [.unsafeFlags(["-O"])]),
    .executableTarget(
      name: "soak",
      dependencies: [
        "ServerHarness", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Soak"),

    .target(
      name: "FuzzTargets",
      dependencies: [
        "CodecOracle", "Encodings", "HTTPService", "JSON", "ScriptedNetwork", "SeededRandom",
        "WasmHost",
      ],
      path: "fuzz/Targets"),

    .testTarget(
      name: "HTTPCodecTests",
      dependencies: ["HTTPCodec", "CodecOracle", "Memory", "SeededRandom"]),
    .testTarget(
      name: "JSONTests", dependencies: ["HTTPCodec", "JSON", "SeededRandom"],
      swiftSettings: lifetimes),
    .testTarget(
      name: "EncodingsTests", dependencies: ["Encodings", "CodecOracle", "SeededRandom"]),
    .testTarget(name: "MemoryTests", dependencies: ["Memory"]),
    .testTarget(name: "HeapTests", dependencies: ["Heap", "SeededRandom"]),
    .testTarget(name: "SocketsTests", dependencies: ["Memory", "Sockets"]),
    .testTarget(
      name: "HTTPServerTests",
      dependencies: ["HTTPCodec", "HTTPServer", "ScriptedNetwork", "SeededRandom", "Sockets"]),
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "FuzzTargets", "CodecOracle", "Encodings", "HTTPService", "JSON", "ScriptedNetwork",
      ]),
    .systemLibrary(name: "CSystemCalls", path: "Tests/CSystemCalls"),
    .executableTarget(
      name: "confined_process", dependencies: ["CSystemCalls", "WasmHost"],
      path: "Tests/Fixtures/ConfinedProcess"),
    .testTarget(
      name: "HTTPServiceTests",
      dependencies: [
        "CAssets", "CodecOracle", "HTTPServerTesting", "HTTPService", "Memory", "SeededRandom",
      ],
      swiftSettings: lifetimes),
    .testTarget(name: "EmbedAssetsTests", dependencies: ["embed-assets"]),
    .testTarget(name: "CommandLineTests", dependencies: ["CommandLine"]),
    .testTarget(
      name: "WasmServeTests", dependencies: ["CommandLine", "WasmHost", "wasm-serve"]),
    .testTarget(
      name: "WasmHostTests",
      dependencies: ["CLinux", "CSystemCalls", "Encodings", "GuestABI", "WasmHost"]),
    .testTarget(
      name: "IntegrationTests",
      dependencies: ["CLinux", "SeededRandom", "ServerHarness", "WasmHost"]),
  ],
  swiftLanguageModes: [.v6]
)

// Everything that it links needs libFuzzer's instrumentation: scripts/fuzz builds it.
if Context.environment["FUZZ"] != nil {
  package.targets.append(
    .executableTarget(name: "fuzz", dependencies: ["FuzzTargets"], path: "fuzz/Driver"))
}
