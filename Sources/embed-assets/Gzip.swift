import Foundation

/// The program gzip(1), where there is one. It has the best compression that is everywhere, and with -n its output has
/// neither a time nor a name: the same file gives the same octets.
enum Gzip {
  /// A file's content as gzip; nil without the program, or when it fails.
  static func compressed(_ file: URL) -> Data? {
    let output = file.appendingPathExtension("gzip")
    defer { try? FileManager.default.removeItem(at: output) }
    guard let input = try? FileHandle(forReadingFrom: file),
      FileManager.default.createFile(atPath: output.path, contents: nil),
      let result = try? FileHandle(forWritingTo: output)
    else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-9nc"]
    process.standardInput = input
    process.standardOutput = result
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return try? Data(contentsOf: output)
  }
}
