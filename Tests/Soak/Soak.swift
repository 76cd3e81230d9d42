import ArgumentParser
import Foundation
import ServerHarness

@main
struct Soak: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soak",
    abstract: "Mixes good and hostile clients on the real module, for as long as you like.",
    discussion: """
      One server lives as long as the soak; its memory and descriptors are read at quiet points, \
      when every client is gone. Beside it others are started, drained under load, and started \
      anew.

      EXIT STATUS:
        0    nothing was lost, nothing has grown
        1    something was, or has: one line says what and when
        64   wrong usage
      """)

  @Option(help: "How long.")
  var minutes: Double = 5

  @Option(help: "What contents are made from. (default: the time)")
  var seed: UInt64?

  @Option(help: "Hostile clients at the same time.")
  var connections = 2000

  @Option(help: ArgumentHelp("Where the server's log goes after a failure.", valueName: "file"))
  var log = "soak-server.log"

  func validate() throws {
    guard minutes > 0 else { throw ValidationError("--minutes must be more than 0") }
    guard (20...100_000).contains(connections) else {
      throw ValidationError("--connections must be from 20 to 100000")
    }
  }

  func run() throws {
    Interruption.watch()
    let run: SoakRun
    do {
      run = try SoakRun(
        seconds: minutes * 60, seed: seed ?? UInt64(time(nil)), connections: connections)
    } catch {
      print("soak: cannot begin: \(error)")
      throw ExitCode(1)
    }
    let failure = run.run()
    run.summary.printAll(run)
    guard let failure else { return print("soak: nothing was lost, nothing has grown") }
    try Data(run.server.program.text(of: .errors).utf8).write(to: URL(fileURLWithPath: log))
    print("soak: \(failure) (the server's log: \(log))")
    throw ExitCode(1)
  }
}
