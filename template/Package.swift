// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "my-service",
  dependencies: [
    .package(name: "wasm-http-server", path: "..")
  ],
  targets: [
    // What the service answers: a library, so that tests can import it.
    .target(
      name: "App", dependencies: [.product(name: "HTTPServer", package: "wasm-http-server")]),
    // The program, native or a module.
    .executableTarget(name: "my-service", dependencies: ["App"]),
    .testTarget(
      name: "AppTests",
      dependencies: ["App", .product(name: "HTTPServerTesting", package: "wasm-http-server")]),
  ]
)
