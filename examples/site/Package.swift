// swift-tools-version: 6.3;(experimentalCGen)
import PackageDescription

let package = Package(
  name: "site",
  dependencies: [.package(name: "wasm-http-server", path: "../..")],
  targets: [
    // Its folder Assets becomes a part of the program. (It is a target of C, since only C can embed files.)
    .target(
      name: "Pages", exclude: ["Assets"],
      plugins: [.plugin(name: "EmbedAssets", package: "wasm-http-server")]),
    .target(
      name: "App",
      dependencies: ["Pages", .product(name: "HTTPServer", package: "wasm-http-server")]),
    .executableTarget(name: "site", dependencies: ["App"]),
    .testTarget(
      name: "AppTests",
      dependencies: ["App", .product(name: "HTTPServerTesting", package: "wasm-http-server")]),
  ]
)
