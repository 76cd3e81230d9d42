import Glibc
import Logging

/// The names of a module's functions in a file beside it, for the backtraces of a module that has no names itself.
///
/// The file is text: `wasm-symbols 1 DIGEST` with the module's SHA-256, and a line `INDEX NAME` for each function
/// (scripts/optimize). Only words in a backtrace depend on it.
public struct FunctionNames: Sendable {
  /// The most octets that a file may have, and that are shown of a name.
  static let (largest, longest) = (4 << 20, 256)
  static let heading = "wasm-symbols 1 "

  /// Read when there is a backtrace, and not before.
  private let file: FileContent

  /// Reads the file beside a module: `hello.symbols` for `hello.wasm`, and for `hello.module`, which
  /// `wasm-serve compile` has made of it.
  ///
  /// - Parameter logger: told when the file is there and not used.
  /// - Returns: nil when there is no file, or one that is not for these octets.
  static func load(
    besideModule path: String, of module: UnsafeRawBufferPointer, logger: Logger
  ) -> FunctionNames? {
    guard let file = place(besideModule: path) else { return nil }
    func refuse(_ reason: String) -> FunctionNames? {
      logger.warning(
        "the names of the module's functions are not used",
        metadata: ["file": "\(printable(file))", "reason": "\(reason)"])
      return nil
    }
    let content: FileContent
    do throws(SystemError) {
      content = try FileContent(path: file, atMost: largest)
    } catch {
      return error.number == ENOENT ? nil : refuse(error.description)
    }
    let digest = content.withBytes { bytes in
      bytes.starts(with: heading.utf8)
        ? bytes.dropFirst(heading.utf8.count).prefix { $0 != UInt8(ascii: "\n") } : nil
    }
    guard let digest else { return refuse("it does not begin with '\(heading)'") }
    guard digest.elementsEqual(WasmHost.digest(of: module).utf8) else {
      return refuse("it is for another module")
    }
    return FunctionNames(file: content)
  }

  static func place(besideModule path: String) -> String? {
    let extensions = [".wasm", ".module"]
    guard let found = extensions.first(where: { path.hasSuffix($0) }) else { return nil }
    return path.dropLast(found.count) + ".symbols"
  }

  /// The names of these functions, as far as the file has them.
  func names(of functions: Set<UInt32>) -> [UInt32: String] {
    file.withBytes { bytes in
      var names: [UInt32: String] = [:]
      for line in bytes.split(separator: UInt8(ascii: "\n")).dropFirst() {
        let digits = line.prefix { $0 != UInt8(ascii: " ") }
        guard digits.count < line.count, digits.count <= 10,
          let index = UInt32(String(decoding: digits, as: UTF8.self)), functions.contains(index)
        else { continue }
        let name = line[(digits.endIndex + 1)...].prefix(FunctionNames.longest)
        if !name.isEmpty { names[index] = String(decoding: name, as: UTF8.self) }
      }
      return names
    }
  }
}
