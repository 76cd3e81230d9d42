import CommandLine
import Glibc
import WasmHost

/// A file of variables in docker's format: lines NAME=VALUE, taken as they are, without quotes or expansion.
/// NAME alone passes this process's own value on, if there is one. Empty lines and those that begin with #
/// are skipped.
struct EnvironmentFile {
  let variables: [InstanceConfiguration.Variable]

  init(path: String) throws(InvalidValue) {
    guard let content = EnvironmentFile.read(path) else {
      throw InvalidValue("cannot read it: \(describe(error: errno))")
    }
    try self.init(content)
  }

  /// - Throws: what is wrong with a line, and what would be right.
  init(_ content: [UInt8]) throws(InvalidValue) {
    var variables: [InstanceConfiguration.Variable] = []
    let lines = content.split(separator: 0x0a, omittingEmptySubsequences: false)
    for (place, line) in lines.enumerated() {
      var line = line
      if place == 0, line.starts(with: [0xef, 0xbb, 0xbf]) { line = line.dropFirst(3) }
      if line.last == 0x0d { line.removeLast() }
      line = line.drop(while: isBlank)
      if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
      func reject(_ problem: String) -> InvalidValue {
        InvalidValue("line \(place + 1) \(problem): write NAME=VALUE, or NAME alone")
      }
      guard !line.contains(0), let text = String(validating: line, as: UTF8.self) else {
        throw reject("is not UTF-8 text")
      }
      let equals = line.firstIndex(of: UInt8(ascii: "="))
      var name = line[..<(equals ?? line.endIndex)]
      if equals == nil { while let last = name.last, isBlank(last) { name.removeLast() } }
      guard !name.isEmpty else { throw reject("has no name") }
      guard !name.contains(where: isBlank) else { throw reject("has a blank in its name") }
      let argument = equals == nil ? String(decoding: name, as: UTF8.self) : text
      if let variable = try InstanceConfiguration.Variable.read(argument) {
        variables.append(variable)
      }
    }
    self.variables = variables
  }

  private static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 { return content }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      content += buffer[..<count]
    }
  }
}

/// A space or a tab.
private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

extension InstanceConfiguration.Variable {
  /// A variable as `--env` and files have it. NAME alone takes this process's own value, and is nil where
  /// this process has none, as docker does.
  ///
  /// - Throws: when this process's own value is not text.
  static func read(_ text: String) throws(InvalidValue) -> Self? {
    guard let equals = text.firstIndex(of: "=") else {
      guard let value = getenv(text) else { return nil }
      guard let valid = String(validatingCString: value) else {
        throw InvalidValue("the value of \(text) here is not UTF-8 text: '\(escaped(value))'")
      }
      return .init(text, valid)
    }
    return .init(String(text[..<equals]), String(text[text.index(after: equals)...]))
  }
}

/// A text of which some octets are not printable ASCII: those are shown as `\xe9`.
func escaped(_ text: UnsafePointer<CChar>) -> String {
  UnsafeBufferPointer(start: text, count: strlen(text)).map { character in
    let octet = UInt8(bitPattern: character)
    return 0x20..<0x7f ~= octet
      ? String(UnicodeScalar(octet))
      : "\\x" + (octet < 16 ? "0" : "") + String(octet, radix: 16)
  }.joined()
}
