/// What shells need to complete the command line, from the tables: `wasm-serve completions SHELL`.
enum Completions {
  static func script(for shell: String) -> String? {
    switch shell {
    case "bash": bash
    case "zsh": zsh
    case "fish": fish
    default: nil
    }
  }

  private static let commands = Command.allCases.map(\.rawValue)

  private static func options(of command: Command) -> [Option] {
    command.options + Invocation.common
  }

  /// Each way to write an option.
  private static func forms(_ option: Option) -> [String] {
    (option.letter.map { ["-\($0)"] } ?? []) + ["--\(option.name)"]
  }

  // MARK: bash

  private static var bash: String {
    func fill(_ completion: Option.Completion) -> String {
      switch completion {
      case .nothing: "COMPREPLY=()"
      case .file: "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\")"
      case .directory: "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$word\")"
      case .words(let words):
        "mapfile -t COMPREPLY < <(compgen -W '\(words.joined(separator: " "))' -- \"$word\")"
      }
    }
    var script = """
      # bash completion of wasm-serve(1)
      _wasm_serve() {
        local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=run
        case ${COMP_WORDS[1]} in
          \(commands.joined(separator: " | "))) [ "$COMP_CWORD" = 1 ] || command=${COMP_WORDS[1]} ;;
        esac
        case "$command $before" in

      """
    for command in Command.allCases {
      for option in options(of: command) where option.value != nil {
        let patterns = forms(option).map { "\"\(command.rawValue) \($0)\"" }
        script +=
          "    \(patterns.joined(separator: " | "))) \(fill(option.completion)); return ;;\n"
      }
    }
    script += "  esac\n  case \"$command $word\" in\n"
    for command in Command.allCases {
      let words = options(of: command).flatMap(forms)
      script += "    \"\(command.rawValue) -\"*) \(fill(.words(words))) ;;\n"
    }
    return script + """
          "completions "*) \(fill(.words(["bash", "zsh", "fish"]))) ;;
          "manual "*) COMPREPLY=() ;;
          *)
            \(fill(.file))
            [ "$COMP_CWORD" != 1 ] ||
              mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY \\
                < <(compgen -W '\(commands.joined(separator: " "))' -- "$word")
            ;;
        esac
      }
      complete -F _wasm_serve wasm-serve

      """
  }

  // MARK: zsh

  private static var zsh: String {
    func action(_ completion: Option.Completion) -> String {
      switch completion {
      case .nothing: ""
      case .file: "_files"
      case .directory: "_directories"
      case .words(let words): "(\(words.joined(separator: " ")))"
      }
    }
    func specification(_ option: Option) -> String {
      let forms = forms(option)
      let help = escaped(option.help, ["[", "]", ":"])
      let value =
        option.value.map { ":\(escaped($0, [":"])):\(action(option.completion))" } ?? ""
      let rest = quoted("[\(help)]\(value)")
      if forms.count == 1 { return (option.isRepeatable ? "'*'" : "") + forms[0] + rest }
      return "{\(forms.joined(separator: ","))}\(rest)"
    }
    var script = """
      #compdef wasm-serve
      # zsh completion of wasm-serve(1)
      _wasm_serve() {
        local command=run
        local -a commands=(

      """
    for command in Command.allCases {
      script += "    " + quoted("\(command.rawValue):\(escaped(command.summary, [":"]))") + "\n"
    }
    script += """
        )
        if (( CURRENT > 2 )) && [[ $words[2] == (\(commands.joined(separator: "|"))) ]]; then
          command=$words[2]
          shift words
          (( CURRENT -= 1 ))
        elif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
          _describe command commands
        fi
        case $command in

      """
    for command in Command.allCases {
      script += "    \(command.rawValue))\n      _arguments \\\n"
      for option in options(of: command) { script += "        \(specification(option)) \\\n" }
      switch command.operand {
      case "MODULE"?: script += "        '1:module:_files'\n"
      case .some: script += "        '1:shell:(bash zsh fish)'\n"
      case nil: script += "        && return\n"
      }
      script += "      ;;\n"
    }
    return script + "  esac\n}\n_wasm_serve \"$@\"\n"
  }

  // MARK: fish

  private static var fish: String {
    let others = commands.dropFirst().joined(separator: " ")
    func condition(_ command: Command) -> String {
      command == .run
        ? "not __fish_seen_subcommand_from \(others)"
        : "__fish_seen_subcommand_from \(command.rawValue)"
    }
    var script = "# fish completion of wasm-serve(1)\n"
    for command in Command.allCases {
      script +=
        "complete -c wasm-serve -n __fish_is_first_arg -a \(command.rawValue) "
        + "-d \(quoted(command.summary))\n"
    }
    for command in Command.allCases {
      for option in options(of: command) {
        script += "complete -c wasm-serve -n \(quoted(condition(command))) -l \(option.name)"
        if let letter = option.letter { script += " -s \(letter)" }
        switch (option.value, option.completion) {
        case (nil, _): break
        case (_, .nothing): script += " -x"
        case (_, .file): script += " -r -F"
        case (_, .directory): script += " -x -a '(__fish_complete_directories)'"
        case (_, .words(let words)): script += " -x -a '\(words.joined(separator: " "))'"
        }
        script += " -d \(quoted(option.help))\n"
      }
    }
    return script
      + "complete -c wasm-serve -n '\(condition(.completions))' -f -a 'bash zsh fish'\n"
  }

  // MARK: Words

  /// In single quotes, for each of the shells: no help has a backslash.
  private static func quoted(_ text: String) -> String {
    var result = "'"
    for character in text { result += character == "'" ? "'\\''" : String(character) }
    return result + "'"
  }

  private static func escaped(_ text: String, _ special: Set<Character>) -> String {
    var result = ""
    for character in text {
      result += special.contains(character) ? "\\\(character)" : "\(character)"
    }
    return result
  }
}
