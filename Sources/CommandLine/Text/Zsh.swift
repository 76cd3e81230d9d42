extension CommandTable {
  /// A function that calls zsh's `_arguments` with the options of the command that is being written.
  var zshCompletions: String {
    var script = """
      #compdef \(program)
      # zsh completion of \(program)(1)
      \(functionName)() {
        local command=\(commands[0].name)
        local -a commands=(

      """
    for command in commands {
      script += "    " + quoted("\(command.name):\(escaped(command.summary, [":"]))") + "\n"
    }
    script += """
        )
        if (( CURRENT > 2 )) && [[ $words[2] == (\(commands.map(\.name).joined(separator: "|"))) ]]; then
          command=$words[2]
          shift words
          (( CURRENT -= 1 ))
        elif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
          _describe command commands
        fi
        case $command in

      """
    for command in commands {
      script += "    \(command.name))\n      _arguments \\\n"
      for option in options(of: command) { script += "        \(specification(option)) \\\n" }
      if let operand = command.operand {
        script += "        '1:\(operand.name.lowercased()):\(action(operand.completion))'\n"
      } else {
        script += "        && return\n"
      }
      script += "      ;;\n"
    }
    return script + "  esac\n}\n\(functionName) \"$@\"\n"
  }

  private func action(_ completion: Completion) -> String {
    switch completion {
    case .nothing: ""
    case .file: "_files"
    case .directory: "_directories"
    case .words(let words): "(\(words.joined(separator: " ")))"
    }
  }

  private func specification(_ option: Option<Settings>) -> String {
    let help = escaped(option.help, ["[", "]", ":"])
    let value = option.value.map { ":\(escaped($0, [":"])):\(action(option.completion))" } ?? ""
    let rest = quoted("[\(help)]\(value)")
    let forms = option.forms
    if forms.count == 1 { return (option.isRepeatable ? "'*'" : "") + forms[0] + rest }
    return "{\(forms.joined(separator: ","))}\(rest)"
  }
}
