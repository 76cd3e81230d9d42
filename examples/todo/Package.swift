// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "todo",
  dependencies: [.package(name: "wasm-http-server", path: "../..")],
  targets: [
    .target(
      name: "App", dependencies: [.product(name: "HTTPServer", package: "wasm-http-server")]),
    .executableTarget(name: "todo", dependencies: ["App"]),
    .testTarget(
      name: "AppTests",
      dependencies: ["App", .product(name: "HTTPServerTesting", package: "wasm-http-server")]),
  ]
)
