import CommandLine
import Glibc
import WasmHost

/// A variable whose name is nearly that of one of the server's settings, and none of them itself.
struct Misspelling: Equatable {
  let name: String
  /// The setting that was probably meant.
  let setting: String

  /// - Parameter settings: those that could have been meant.
  init?(_ name: String, of settings: [String]) {
    let known = ServerSettings.all.map(\.name)
    guard !known.contains(name) else { return nil }
    // Case and hyphens are mistakes of one kind, whatever the number of characters.
    let text = name.uppercased().split(
      separator: "-" as Character, omittingEmptySubsequences: false
    )
    .joined(separator: "_")
    let nearest = settings.map { (name: $0, distance: editDistance($0, text)) }
      .min { $0.distance < $1.distance }
    // (Of a word of four letters two are half: HOME is not HOST.)
    guard let nearest, nearest.distance <= (nearest.name.count < 8 ? 1 : 2) else { return nil }
    self.name = name
    setting = nearest.name
  }
}

extension Settings {
  /// The misspelt settings: of the variables that the module gets, and of this process's own where a variable was
  /// to be passed on from there (`--env PORT`) and there is none of that name.
  ///
  /// - Parameter own: the names of this process's variables.
  func misspellings(own: [String]) -> [Misspelling] {
    let given = variables.map(\.name)
    let found =
      given.compactMap { Misspelling($0, of: ServerSettings.all.map(\.name)) }
      + own.filter { !given.contains($0) }.compactMap { Misspelling($0, of: unsetVariables) }
    return found.enumerated().filter { !found[..<$0.offset].contains($0.element) }.map(\.element)
  }
}

/// The names of this process's variables.
func ownVariables() -> [String] {
  var names: [String] = []
  var place = environ
  while let variable = place.pointee {
    let text = String(cString: variable)
    names.append(String(text[..<(text.firstIndex(of: "=") ?? text.endIndex)]))
    place += 1
  }
  return names
}
