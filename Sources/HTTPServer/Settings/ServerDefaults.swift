import HTTPService

/// What a service sets in code: the defaults of some settings, where the environment says nothing.
///
/// ```swift
/// Server.run(routes, defaults: ServerDefaults(port: 8080, maxRequestSize: 1 << 20))
/// ```
public struct ServerDefaults {
  /// `PORT`.
  public var port: UInt16
  /// `MAX_REQUEST_SIZE`, in octets: header section and content together. A route with a larger `maxContent` raises it
  /// for itself alone.
  public var maxRequestSize: Int
  /// `MAX_RESPONSE_SIZE`, in octets: each connection may hold so much for a client that is slow.
  public var maxResponseSize: Int
  /// `CORS_ALLOW_ORIGIN`: whether pages of every origin may read the responses (`*`), or of none but the service's own.
  public var allowsEveryOrigin: Bool

  /// Makes the defaults of a service.
  public init(
    port: UInt16 = 1234, maxRequestSize: Int = 8192, maxResponseSize: Int = 32_768,
    allowsEveryOrigin: Bool = false
  ) {
    self.port = port
    self.maxRequestSize = maxRequestSize
    self.maxResponseSize = maxResponseSize
    self.allowsEveryOrigin = allowsEveryOrigin
  }
}

extension Configuration {
  /// Takes over the defaults of a service, and what its routes need.
  mutating func apply(_ defaults: ServerDefaults, for routes: Routes) {
    port = defaults.port
    let wanted = routes.largestRequest
    maxRequestSize = max(defaults.maxRequestSize, wanted)
    if wanted > defaults.maxRequestSize { maxOtherContent = defaults.maxRequestSize }
    maxResponseSize = defaults.maxResponseSize
    if !defaults.allowsEveryOrigin { allowedOrigins = .none }
  }
}
