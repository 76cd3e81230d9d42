import Memory
import Sockets

/// The environment variables that the service was given: its own settings, and secrets. A module has only those that
/// its host grants it (`wasm-serve --env API_KEY`).
public enum Environment {
  /// The value of a variable; nil when it is not set.
  ///
  /// ```swift
  /// guard let key = Environment["API_KEY"] else { return Log.error("API_KEY is not set") }
  /// let secret = key.copy
  /// ```
  public static subscript(name: StaticString) -> Span<UInt8>? {
    @_lifetime(immortal)
    get {
      // (Without memory for it, no variable is set; `Server.run` ends then.)
      guard SystemProcess.readEnvironment() else { return nil }
      return SystemProcess.environment(name)?.span
    }
  }
}
