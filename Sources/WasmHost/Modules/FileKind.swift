/// What a file is, by its first octets.
enum FileKind {
  /// A core module of version 1, as far as its preamble tells (WebAssembly 5.5.16).
  case module
  case empty, truncated
  /// A module of another version than 1.
  case otherVersion
  /// The component model's preamble has a layer where that of a module has the upper half of its version.
  case component
  /// The text format, which an assembler turns into a module.
  case text
  case gzip, zstd
  /// A program or library of the system itself.
  case elf
  case unknown

  init(_ bytes: UnsafeRawBufferPointer) {
    if bytes.isEmpty {
      self = .empty
    } else if bytes.starts(with: [0x00, 0x61, 0x73, 0x6d]) {
      guard bytes.count >= 8 else {
        self = .truncated
        return
      }
      if bytes[6] == 1 && bytes[7] == 0 {
        self = .component
      } else {
        self = bytes[4..<8].elementsEqual([0x01, 0x00, 0x00, 0x00]) ? .module : .otherVersion
      }
    } else if bytes.starts(with: [0x1f, 0x8b]) {
      self = .gzip
    } else if bytes.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
      self = .zstd
    } else if bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) {
      self = .elf
    } else {
      self = FileKind.isText(bytes) ? .text : .unknown
    }
  }

  /// Why the file is not run; nil for a module.
  var refusal: String? {
    switch self {
    case .module: nil
    case .empty: "the file is empty"
    case .truncated: "the file is truncated"
    case .otherVersion: "its version is not 1"
    case .component: "it is a WebAssembly component; wasm-serve runs core modules (wasip1)"
    case .text: "it is WebAssembly text; turn it into a module first (wat2wasm, wasm-tools parse)"
    case .gzip: "it is compressed; unpack it first (gunzip)"
    case .zstd: "it is compressed; unpack it first (unzstd)"
    case .elf: "it is a native program (ELF)"
    case .unknown: "it does not begin with the magic number '\\0asm'"
    }
  }

  /// Whether it begins as the text format does: blanks and comments, then an open parenthesis.
  ///
  /// (A comment of a file that has more of them is enough, too: nothing else begins with ";;".)
  private static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let start = bytes.prefix(4096).drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
    return start.starts(with: "(module".utf8) || start.starts(with: "(component".utf8)
      || start.starts(with: ";;".utf8) || start.starts(with: "(;".utf8)
  }
}
