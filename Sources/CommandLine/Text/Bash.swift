extension CommandTable {
  /// A function that fills COMPREPLY, and its registration.
  var bashCompletions: String {
    let names = commands.map(\.name)
    var script = """
      # bash completion of \(program)(1)
      \(functionName)() {
        local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=\(names[0])
        case ${COMP_WORDS[1]} in
          \(names.joined(separator: " | "))) [ "$COMP_CWORD" = 1 ] || command=${COMP_WORDS[1]} ;;
        esac
        case "$command $before" in

      """
    for command in commands {
      for option in options(of: command) where option.value != nil {
        let patterns = option.forms.map { "\"\(command.name) \($0)\"" }
        script +=
          "    \(patterns.joined(separator: " | "))) \(offer(option.completion)); return ;;\n"
      }
    }
    script += "  esac\n  case \"$command $word\" in\n"
    for command in commands {
      let forms = options(of: command).flatMap(\.forms)
      script += "    \"\(command.name) -\"*) \(offer(.words(forms))) ;;\n"
    }
    for command in commands.dropFirst() {
      script += "    \"\(command.name) \"*) \(offer(command.operand?.completion ?? .nothing)) ;;\n"
    }
    return script + """
          *)
            \(offer(commands[0].operand?.completion ?? .nothing))
            [ "$COMP_CWORD" != 1 ] ||
              mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY \\
                < <(compgen -W '\(names.joined(separator: " "))' -- "$word")
            ;;
        esac
      }
      complete -F \(functionName) \(program)

      """
  }

  private func offer(_ completion: Completion) -> String {
    switch completion {
    case .nothing: "COMPREPLY=()"
    case .file: "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\")"
    case .directory: "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$word\")"
    case .words(let words):
      "mapfile -t COMPREPLY < <(compgen -W '\(words.joined(separator: " "))' -- \"$word\")"
    }
  }
}
