/// The shells whose completions there are.
public enum Shell: String, CaseIterable, Sendable {
  case bash, zsh, fish
}

extension CommandTable {
  /// The script that a shell reads to complete the program's command line.
  public func completions(for shell: Shell) -> String {
    switch shell {
    case .bash: bashCompletions
    case .zsh: zshCompletions
    case .fish: fishCompletions
    }
  }

  /// The name of the script's function: only letters, digits and `_`.
  var functionName: String { "_" + program.map { $0 == "-" ? "_" : String($0) }.joined() }
}

/// A text in single quotes, for each of the shells: no help has a backslash.
func quoted(_ text: String) -> String {
  var result = "'"
  for character in text { result += character == "'" ? "'\\''" : String(character) }
  return result + "'"
}

/// A text with a backslash before each of the special characters.
func escaped(_ text: String, _ special: Set<Character>) -> String {
  var result = ""
  for character in text {
    result += special.contains(character) ? "\\\(character)" : "\(character)"
  }
  return result
}
