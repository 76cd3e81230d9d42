/// The names of a module's functions (WebAssembly appendix, "Name Section").
///
/// The engine demangles them for the text of each trap. A name of 500 octets can be made to take seconds there, and
/// a backtrace has twenty names.
enum ModuleNames {
  /// The longest name that is kept, in octets. (Demangling one of this length takes microseconds.)
  static let longest = 256

  /// The module without its name sections that have a name which is too long; nil when there is none.
  static func stripped(_ module: UnsafeRawBufferPointer) -> [UInt8]? {
    let dropped = ModuleSections(module)
      .filter { $0.identifier == 0 && hasLongName($0.content) }.map(\.place)
    guard !dropped.isEmpty else { return nil }
    var kept: [UInt8] = []
    var end = 0
    for place in dropped {
      kept += module[end..<place.lowerBound]
      end = place.upperBound
    }
    return kept + module[end...]
  }

  /// Whether a custom section is a name section with a name that is too long or cannot be read.
  private static func hasLongName(_ section: ModuleSections.Reader) -> Bool {
    var reader = section
    guard let name = reader.takeSized(), name.elementsEqual("name".utf8) else { return false }
    while let identifier = reader.popFirst() {
      guard var names = reader.takeSized() else { return true }
      // 1 is the subsection of functions; no other is shown.
      if identifier == 1, !areShort(&names) { return true }
    }
    return false
  }

  private static func areShort(_ names: inout ModuleSections.Reader) -> Bool {
    guard let count = names.takeInteger() else { return false }
    for _ in 0..<count {
      guard names.takeInteger() != nil, let name = names.takeSized(), name.count <= longest else {
        return false
      }
    }
    return true
  }
}
