import HTTPCodec
import Sockets

/// A server: settings from the environment, one event loop, an exit status.
///
/// | exit status | meaning                                             |
/// |-------------|-----------------------------------------------------|
/// | 0           | drained                                             |
/// | 1           | cannot listen, cannot wait, or not enough memory    |
/// | 2           | a setting is invalid                                |
public enum Server {
  public static var version: StaticString { "0.1.0" }

  /// Serves the routes until a drain is complete, and ends the process.
  ///
  /// What is wrong at start is one line on standard error.
  public static func run(_ router: Router) -> Never {
    SystemProcess.prepareStandardStreams()
    guard SystemProcess.readEnvironment() else {
      // Defaults in place of settings would be another server than was asked for.
      var line = complaint()
      line.append("the environment cannot be read: there is not enough memory for it")
      exit(1, line)
    }
    let configuration: Configuration
    do {
      configuration = try Configuration(environment)
    } catch {
      var line = complaint()
      line.append(error.name)
      line.append(" is ")
      line.append(quoted: environment(error.name) ?? Octets(""))
      line.append(", but must be ")
      line.append(error.expected)
      if let range = error.range {
        line.append(" from ")
        line.append(decimal: range.lowerBound)
        line.append(" to ")
        line.append(decimal: range.upperBound)
      }
      exit(2, line)
    }

    guard let network = SystemSockets(tokens: EventLoop<SystemSockets>.tokens(for: configuration)),
      var loop = EventLoop(configuration: configuration, router: router, network: network)
    else {
      var line = complaint()
      line.append("not enough memory for MAX_CONNECTIONS connections")
      exit(1, line)
    }

    do {
      try loop.listen()
    } catch {
      var line = complaint()
      line.append("cannot listen on ")
      line.append(address: error.address)
      line.append(" (")
      line.append(error.setting)
      line.append("): ")
      line.append(error.error.reason)
      exit(1, line)
    }

    do {
      try loop.run()
    } catch {
      var line = complaint()
      line.append("cannot wait for sockets: ")
      line.append(error.reason)
      line.append(", errno ")
      line.append(decimal: Int64(error.code))
      exit(1, line)
    }
    SystemProcess.exit(0)
  }

  @inline(never)
  private static func environment(_ name: StaticString) -> Octets? {
    guard let value = SystemProcess.environment(name), let base = value.baseAddress else {
      return nil
    }
    return Octets(base, count: value.count)
  }

  /// The start of the one line that a failed start leaves.
  @inline(never)
  private static func complaint() -> OctetBuffer {
    var line = OctetBuffer(limit: 4096)
    line.append("http_server: ")
    return line
  }

  @inline(never)
  private static func exit(_ status: Int32, _ line: consuming OctetBuffer) -> Never {
    line.append("\n")
    _ = SystemProcess.write(line.octets.base, count: line.count, to: 2)
    SystemProcess.exit(status)
  }
}
