import HTTPCodec
import HTTPService
import Memory
import Sockets

/// A server: settings from the environment, one event loop, an exit status.
///
///     @main struct App {
///       static func main() {
///         let routes = Routes()
///         routes.get("/") { _, response in
///           response.write("hello\n")
///         }
///         Server.run(routes)
///       }
///     }
///
/// | exit status | meaning                                             |
/// |-------------|-----------------------------------------------------|
/// | 0           | drained                                             |
/// | 1           | cannot listen, cannot wait, not enough memory, or a route is invalid |
/// | 2           | a setting is invalid, or the service says so (`fail`) |
public enum Server {
  /// The version of this server, such as "0.1.0", as its log and its metrics tell it.
  public static var version: StaticString { Version.current }

  /// The time, in seconds since the Unix epoch. (Handlers have `Context.time`, which a test can set.)
  ///
  /// ```swift
  /// let started = Server.time
  /// ```
  public static var time: Int64 { SystemProcess.wallClockTime() / .second }

  /// Serves the routes until a drain is complete, and ends the process.
  ///
  ///     Server.run(routes, name: "todo", defaults: ServerDefaults(port: 8080))
  ///
  /// The settings are environment variables: `PORT`, `MAX_REQUEST_SIZE` and the others of the README.
  /// What is wrong at start is one line on standard error and an exit status.
  ///
  /// - Parameters:
  ///   - routes: what is served; an invalid one is told, and nothing is served then.
  ///   - name: what the service calls itself in its log.
  ///   - defaults: of the settings, where the environment says nothing.
  @_optimize(size)
  @export(interface)
  public static func run(
    _ routes: Routes, name: StaticString = "http_server",
    defaults: ServerDefaults = ServerDefaults()
  ) -> Never {
    // (Exported, so that it is compiled with the library: a service that is built again compiles only its own code.)
    SystemProcess.prepareStandardStreams()
    // Defaults in place of settings would be another server than was asked for.
    guard SystemProcess.readEnvironment() else { end(with: .environment) }
    var configuration = Configuration()
    configuration.apply(defaults, for: routes)
    configuration.name = name
    unsafe Log.name = name  // nothing else runs yet
    if let error = configuration.read(SystemProcess.environment) { end(with: .setting(error)) }
    if let fault = routes.fault { end(with: .route(fault)) }
    var loop = EventLoop(configuration, routes, network: SystemSockets())
    guard loop.reserve() else { end(with: .memory, keeping: loop) }
    if let error = loop.listen(configuration) { end(with: .listening(error), keeping: loop) }
    do {
      try loop.run()
    } catch {
      end(with: .waiting(error), keeping: loop)
    }
    end(with: nil, keeping: loop)
  }

  /// Ends the process before it serves, with one line on standard error and status 2: for a setting of the service's
  /// own that is missing or invalid.
  ///
  /// ```swift
  /// guard let secret = Environment["WEBHOOK_SECRET"], secret.count >= 32 else {
  ///   Server.fail("WEBHOOK_SECRET must have at least 32 octets")
  /// }
  /// ```
  @inline(never)
  public static func fail(_ problem: StaticString) -> Never {
    SystemProcess.prepareStandardStreams()
    end(with: .service(problem))
  }

  /// Why the server ends before it has drained.
  private enum Failure {
    case environment
    case setting(SettingError)
    case route(RouteFault)
    case memory
    case listening(ListenError)
    case waiting(SocketError)
    case service(StaticString)

    var exitStatus: Int32 {
      switch self {
      case .setting, .service: 2
      default: 1
      }
    }
  }

  /// Ends the process. The loop is kept to the end: what it has is not freed one by one before.
  @inline(never)
  private static func end(
    with failure: Failure?, keeping loop: borrowing EventLoop<SystemSockets>
  ) -> Never {
    guard let failure else { SystemProcess.exit(0) }
    end(with: failure)
  }

  /// Ends the process, with one line on standard error.
  @inline(never)
  @_optimize(size)
  private static func end(with failure: Failure) -> Never {
    var line = OctetBuffer(limit: 4096)
    unsafe line.append(text: Log.name)  // written once, before this
    line.append(": ")
    switch failure {
    case .service(let problem):
      line.append(text: problem)
    case .environment:
      line.append("the environment cannot be read: there is not enough memory for it")
    case .setting(let error):
      line.append(text: error.name)
      line.append(" is ")
      let value = SystemProcess.environment(error.name) ?? ImmortalOctets()
      line.append(quoted: value.span)
      line.append(", but must be ")
      line.append(text: error.expected)
      if error.least < error.most {
        line.append(" from ")
        line.append(decimal: error.least)
        line.append(" to ")
        line.append(decimal: error.most)
      }
    case .route(let fault):
      line.append("the route ")
      line.append(text: fault.method.name)
      line.append(octet: UInt8(ascii: " "))
      line.append(quoted: fault.pattern.span)
      line.append(" is invalid: ")
      line.append(text: fault.problem)
    case .memory:
      line.append("not enough memory for MAX_CONNECTIONS connections")
    case .listening(let error):
      line.append("cannot listen on ")
      line.append(address: error.address)
      line.append(" (")
      line.append(text: error.setting)
      line.append("): ")
      line.append(text: error.error.reason)
    case .waiting(let error):
      line.append("cannot wait for sockets: ")
      line.append(text: error.reason)
      line.append(", errno ")
      line.append(decimal: Int64(error.code))
    }
    line.append("\n")
    _ = SystemProcess.write(line.octets, to: 2)
    SystemProcess.exit(failure.exitStatus)
  }
}
