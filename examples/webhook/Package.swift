// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "webhook",
  dependencies: [.package(name: "wasm-http-server", path: "../..")],
  targets: [
    .target(
      name: "App", dependencies: [.product(name: "HTTPServer", package: "wasm-http-server")]),
    .executableTarget(name: "webhook", dependencies: ["App"]),
    .testTarget(
      name: "AppTests",
      dependencies: ["App", .product(name: "HTTPServerTesting", package: "wasm-http-server")]),
  ]
)
