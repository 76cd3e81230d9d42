/// Inputs as a file that people and version control can read: one a line, octets that are no
/// printable ASCII escaped.
public enum KeptInputs {
  public static func line(_ input: [UInt8]) -> String {
    var line = ""
    for octet in input {
      switch octet {
      case UInt8(ascii: "\\"): line += "\\\\"
      case UInt8(ascii: "\r"): line += "\\r"
      case UInt8(ascii: "\n"): line += "\\n"
      case 0x20...0x7E: line.unicodeScalars.append(Unicode.Scalar(octet))
      default: line += "\\x" + (octet < 16 ? "0" : "") + String(octet, radix: 16)
      }
    }
    return line
  }

  public static func input(_ line: some Sequence<UInt8>) -> [UInt8] {
    var input: [UInt8] = []
    var rest = line.makeIterator()
    func digit() -> UInt8 {
      rest.next().flatMap { UInt8(String(Unicode.Scalar($0)), radix: 16) } ?? 0
    }
    while let octet = rest.next() {
      guard octet == UInt8(ascii: "\\") else {
        input.append(octet)
        continue
      }
      switch rest.next() {
      case UInt8(ascii: "r"): input.append(0x0D)
      case UInt8(ascii: "n"): input.append(0x0A)
      case UInt8(ascii: "x"): input.append(digit() << 4 | digit())
      default: input.append(UInt8(ascii: "\\"))
      }
    }
    return input
  }

  /// The inputs of a file's text.
  public static func inputs(_ text: String) -> [[UInt8]] {
    text.utf8.split(separator: 0x0A).map { input($0) }
  }
}
