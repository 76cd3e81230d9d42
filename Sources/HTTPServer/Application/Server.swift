import HTTPCodec
import Memory
import Sockets

/// A server: settings from the environment, one event loop, an exit status.
///
///     @main struct App {
///       static func main() {
///         var router = Router()
///         router.get("/") { _, response in
///           response.write("hello\n")
///         }
///         Server.run(router)
///       }
///     }
///
/// | exit status | meaning                                             |
/// |-------------|-----------------------------------------------------|
/// | 0           | drained                                             |
/// | 1           | cannot listen, cannot wait, or not enough memory    |
/// | 2           | a setting is invalid                                |
public enum Server {
  private enum ExitStatus: Int32 { case drained, failed, invalidSetting }

  /// The version of this server, such as "0.1.0", as its log and its metrics tell it.
  public static var version: StaticString { Version.current }

  /// Serves the routes until a drain is complete, and ends the process.
  ///
  ///     Server.run(router)
  ///
  /// The settings are environment variables: `PORT`, `MAX_REQUEST_SIZE` and the others of the README.
  /// What is wrong at start is one line on standard error and an exit status.
  public static func run(_ router: Router) -> Never {
    SystemProcess.prepareStandardStreams()
    guard SystemProcess.readEnvironment() else {
      // Defaults in place of settings would be another server than was asked for.
      fail(.failed) { line in
        line.append("the environment cannot be read: there is not enough memory for it")
      }
    }
    let configuration: Configuration
    do {
      configuration = try Configuration(SystemProcess.environment)
    } catch {
      fail(.invalidSetting) { line in
        line.append(error.name)
        line.append(" is ")
        let value = SystemProcess.environment(error.name) ?? ImmortalOctets()
        line.append(quoted: value.span)
        line.append(", but must be ")
        line.append(error.expected)
        guard let range = error.range else { return }
        line.append(" from ")
        line.append(decimal: range.lowerBound)
        line.append(" to ")
        line.append(decimal: range.upperBound)
      }
    }

    guard let network = SystemSockets(tokens: Limits(configuration).sockets) else {
      failForMemory()
    }
    var loop = EventLoop(configuration: configuration, router: router, network: network)
    if !loop.reserve() { failForMemory() }

    do {
      try loop.listen()
    } catch {
      fail(.failed) { line in
        line.append("cannot listen on ")
        line.append(address: error.address)
        line.append(" (")
        line.append(error.setting)
        line.append("): ")
        line.append(error.error.reason)
      }
    }

    do {
      try loop.run()
    } catch {
      fail(.failed) { line in
        line.append("cannot wait for sockets: ")
        line.append(error.reason)
        line.append(", errno ")
        line.append(decimal: Int64(error.code))
      }
    }
    SystemProcess.exit(ExitStatus.drained.rawValue)
  }

  @inline(never)
  private static func failForMemory() -> Never {
    fail(.failed) { line in line.append("not enough memory for MAX_CONNECTIONS connections") }
  }

  /// Ends the process with one line on standard error.
  @inline(never)
  private static func fail(
    _ status: ExitStatus, _ write: (inout OctetBuffer) -> Void
  ) -> Never {
    var line = OctetBuffer(limit: 4096)
    line.append("http_server: ")
    write(&line)
    line.append("\n")
    _ = SystemProcess.write(line.octets, to: 2)
    SystemProcess.exit(status.rawValue)
  }
}
