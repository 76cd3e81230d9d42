extension CommandTable {
  /// A line for each command, each option of each command, and each operand that is one of some words.
  var fishCompletions: String {
    var script = "# fish completion of \(program)(1)\n"
    for command in commands {
      script +=
        "complete -c \(program) -n __fish_is_first_arg -a \(command.name) "
        + "-d \(quoted(command.summary))\n"
    }
    for command in commands {
      for option in options(of: command) {
        script += "complete -c \(program) -n \(quoted(condition(command))) -l \(option.name)"
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
    for command in commands {
      guard case .words(let words)? = command.operand?.completion else { continue }
      script += "complete -c \(program) -n \(quoted(condition(command))) -f"
      script += " -a '\(words.joined(separator: " "))'\n"
    }
    return script
  }

  /// Whether the command is the one that is being written.
  private func condition(_ command: Command<Settings>) -> String {
    isFirst(command)
      ? "not __fish_seen_subcommand_from "
        + commands.dropFirst().map(\.name).joined(separator: " ")
      : "__fish_seen_subcommand_from \(command.name)"
  }
}
