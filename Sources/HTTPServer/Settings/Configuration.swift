import HTTPCodec
import Memory

/// All settings, checked once, at start. Times are in nanoseconds.
package struct Configuration {
  /// What the service calls itself in its log.
  package var name: StaticString = "http_server"
  /// `HOST`: the address to listen on; nil for every address of the machine, IPv6 where it has that
  /// and IPv4.
  package var host: IPAddress?
  /// `PORT`: 0 lets the system choose a free one.
  package var port: UInt16 = 1234
  /// `ADMIN_PORT`: where /livez, /readyz, /metrics and /drain are; nil for no admin port.
  package var adminPort: UInt16?
  /// `ADMIN_HOST`: the address that the admin port listens on; nil for every address, as `host`.
  package var adminHost: IPAddress? = .loopbackIPv4
  /// `ADMIN_HOSTS`: a comma-separated list of names of the admin port, besides addresses and localhost.
  package var adminHosts = ImmortalOctets()
  /// `MAX_REQUEST_SIZE`: header section and content of a request together, in octets.
  package var maxRequestSize = 8192
  /// Maximum content in octets for routes without a `maxContent`, where `maxRequestSize` was raised for one that has
  /// it.
  package var maxOtherContent = Int.max
  /// `MAX_RESPONSE_SIZE`: the content of a response, in octets. (There is room for an echo in any case.)
  package var maxResponseSize = 32_768
  /// `BUFFER_SIZE`: how much is read at first, in octets; a larger request gets more.
  package var bufferSize = 2048
  /// `MAX_CONNECTIONS`: more than these wait in the listening socket's queue.
  package var maxConnections = 1024
  /// `MAX_CONNECTIONS_PER_ADDRESS`: how many of them an IPv4 address or an IPv6 /64 may have, unless it is
  /// one of `trustedProxies`; 0 for any number.
  package var maxConnectionsPerAddress = 0
  /// `MAX_REQUESTS_PER_CONNECTION`: the response to the last of them closes it; 0 for any number.
  package var maxRequestsPerConnection = 0
  /// `KEEP_ALIVE_TIMEOUT`: from a response to the next request on the connection. Longer than proxies
  /// keep a connection to use it again (Go and Traefik 90 s, Caddy 120 s): a request that is on its way
  /// when the server closes is lost.
  package var keepAliveTimeout: Int64 = 130 * .second
  /// `REQUEST_TIMEOUT`: from the first octet of a request to its last; also from the start of a
  /// connection to the first octet.
  package var requestTimeout: Int64 = 10 * .second
  /// `WRITE_TIMEOUT`: for a client to take 16 KiB of its response, or the rest.
  package var writeTimeout: Int64 = 10 * .second
  /// `DRAIN_TIMEOUT`: from the start of a drain to the end of the process at the latest.
  package var drainTimeout: Int64 = 25 * .second
  /// `DRAIN_DELAY`: how long a drain goes on accepting, for a balancer to see that /readyz fails.
  /// Without an admin port there is no /readyz to see, and no delay.
  package var drainDelay: Int64 = 2 * .second
  /// `CORS_ALLOW_ORIGIN`: which origins' pages may read responses.
  package var allowedOrigins = AllowedOrigins.every
  /// `TRUSTED_PROXIES`, `CLIENT_ADDRESS_HEADER`: the proxies whose word about the client of a request is
  /// believed, for the log, and the header that they say it in.
  package var trustedProxies: TrustedProxies {
    get { proxies.value }
    set { proxies = Immortal(newValue) }
  }
  // (For good: with a reference in them that is counted, settings are large to copy.)
  private var proxies = Immortal(TrustedProxies())
  /// `SERVER_HEADER`: the value of the Server field; absent when empty.
  package var serverHeader = ImmortalOctets()
  /// `LOG_LEVEL`, `LOG_FORMAT`, `ACCESS_LOG`.
  package var logLevel = LogLevel.info
  package var logFormat = LogFormat.text
  package var accessLog = false

  package init() {}
}

/// A setting that is invalid.
package struct SettingError: Error {
  package let name: StaticString
  /// What it must be, for people.
  package let expected: StaticString
  /// The range, where it must be a number; otherwise both are 0.
  package var least: Int64 = 0
  package var most: Int64 = 0
}
