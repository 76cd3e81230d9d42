import HTTPCodec
import Sockets

/// Everything that can be set, checked once, at start. Times are in nanoseconds here.
public struct Configuration {
  /// `HOST`: the address to listen on; nil for every address of the machine, IPv6 where it has that
  /// and IPv4.
  public var host: IPAddress?
  /// `PORT`: 0 lets the system choose a free one.
  public var port: UInt16 = 1234
  /// `ADMIN_PORT`: where /livez, /readyz, /metrics and /drain are; nil for nowhere.
  public var adminPort: UInt16?
  /// `ADMIN_HOST`: the address that the admin port listens on; nil for every address, as `host`.
  public var adminHost: IPAddress? = .loopbackIPv4
  /// `ADMIN_HOSTS`: names that the admin port goes by, with commas, beside addresses and localhost.
  public var adminHosts = Octets("")
  /// `MAX_REQUEST_SIZE`: header section and content of a request together, in octets.
  public var maxRequestSize = 8192
  /// `BUFFER_SIZE`: how much is read at first, in octets; a larger request gets more.
  public var bufferSize = 2048
  /// `MAX_CONNECTIONS`: more than these wait in the listening socket's queue.
  public var maxConnections = 1024
  /// `MAX_CONNECTIONS_PER_ADDRESS`: how many of them an IPv4 address or an IPv6 /64 may have, unless it is
  /// one of `trustedProxies`; 0 for any number.
  public var maxConnectionsPerAddress = 0
  /// `MAX_REQUESTS_PER_CONNECTION`: the response to the last of them closes it; 0 for any number.
  public var maxRequestsPerConnection = 0
  /// `KEEP_ALIVE_TIMEOUT`: from a response to the next request on the connection. Longer than proxies
  /// keep a connection to use it again (Go and Traefik 90 s, Caddy 120 s): a request that is on its way
  /// when the server closes is lost.
  public var keepAliveTimeout: Int64 = 130_000_000_000
  /// `REQUEST_TIMEOUT`: from the first octet of a request to its last; also from the begin of a
  /// connection to the first octet.
  public var requestTimeout: Int64 = 10_000_000_000
  /// `WRITE_TIMEOUT`: for a client to take 16 KiB of its response, or the rest.
  public var writeTimeout: Int64 = 10_000_000_000
  /// `DRAIN_TIMEOUT`: from the begin of a drain to the end of the process at the latest.
  public var drainTimeout: Int64 = 25_000_000_000
  /// `DRAIN_DELAY`: how long a drain goes on accepting, for a balancer to see that /readyz fails.
  /// Without an admin port nobody can see it, and there is no delay.
  public var drainDelay: Int64 = 2_000_000_000
  /// `CORS_ALLOW_ORIGIN`: "*", a comma-separated list of origins as browsers send them, or nothing.
  public var corsAllowOrigin = Octets("*")
  /// `TRUSTED_PROXIES`, `CLIENT_ADDRESS_HEADER`: whose word about the client of a request is believed,
  /// for the log, and which.
  public var trustedProxies = TrustedProxies()
  /// `SERVER_HEADER`: the value of the Server field; absent when empty.
  public var serverHeader = Octets("")
  /// `LOG_LEVEL`, `LOG_FORMAT`, `ACCESS_LOG`.
  public var logLevel = LogLevel.info
  public var logFormat = LogFormat.text
  public var accessLog = false

  static var second: Int64 { 1_000_000_000 }
  /// Of a header section, whatever `maxRequestSize` allows.
  static var largestHead: Int { 65_536 }
  /// Connections to the admin port, beside `maxConnections`.
  static var adminConnections: Int { 16 }

  public init() {}

  /// Reads the settings from an environment. One that is not set, or empty where that means
  /// nothing, keeps its default.
  ///
  /// - Throws: the first setting that is invalid.
  public init(_ environment: (StaticString) -> Octets?) throws(SettingError) {
    host = try address("HOST", environment, else: host)
    port = UInt16(try number("PORT", from: 0, to: 65535, environment, else: Int64(port)))
    let given = try number("ADMIN_PORT", from: 0, to: 65535, environment, else: -1)
    adminPort = given < 0 ? nil : UInt16(given)
    adminHost = try address("ADMIN_HOST", environment, else: adminHost)
    if let value = environment("ADMIN_HOSTS") {
      guard isListOfDomains(value) else {
        throw SettingError(
          name: "ADMIN_HOSTS",
          expected: "names such as metrics.example, with commas and without ports")
      }
      adminHosts = value
    }

    maxRequestSize = try size("MAX_REQUEST_SIZE", to: 1 << 30, environment, else: maxRequestSize)
    bufferSize = try size("BUFFER_SIZE", to: 1 << 20, environment, else: bufferSize)
    maxConnections = try size("MAX_CONNECTIONS", to: 1_000_000, environment, else: maxConnections)
    maxConnectionsPerAddress = try size(
      "MAX_CONNECTIONS_PER_ADDRESS", from: 0, to: 1_000_000, environment, else: 0)
    maxRequestsPerConnection = try size(
      "MAX_REQUESTS_PER_CONNECTION", from: 0, to: 1_000_000_000, environment, else: 0)

    keepAliveTimeout = try duration(
      "KEEP_ALIVE_TIMEOUT", from: 1, environment, else: keepAliveTimeout)
    requestTimeout = try duration("REQUEST_TIMEOUT", from: 1, environment, else: requestTimeout)
    writeTimeout = try duration("WRITE_TIMEOUT", from: 1, environment, else: writeTimeout)
    drainTimeout = try duration("DRAIN_TIMEOUT", from: 0, environment, else: drainTimeout)
    drainDelay = try duration("DRAIN_DELAY", from: 0, environment, else: drainDelay)

    if let value = environment("CORS_ALLOW_ORIGIN") {
      guard let policy = CORS.policy(value) else {
        throw SettingError(name: "CORS_ALLOW_ORIGIN", expected: origins)
      }
      corsAllowOrigin = policy
    }
    if let value = environment("TRUSTED_PROXIES") {
      guard let proxies = TrustedProxies(value) else {
        throw SettingError(
          name: "TRUSTED_PROXIES",
          expected: "at most 16 addresses or blocks such as 10.0.0.0/8, with commas")
      }
      trustedProxies = proxies
    }
    if let value = environment("CLIENT_ADDRESS_HEADER"), !value.isEmpty {
      guard value.allSatisfy({ $0.isInLabel }) else {
        throw SettingError(
          name: "CLIENT_ADDRESS_HEADER",
          expected: "x-forwarded-for, forwarded, or one like x-real-ip")
      }
      trustedProxies.header = value
    }
    if let value = environment("SERVER_HEADER") {
      guard value.isFieldValue, value.count <= 256 else {
        throw SettingError(
          name: "SERVER_HEADER", expected: "what can stand in a header field, 256 octets at most")
      }
      serverHeader = value.trimmed
    }
    if let value = environment("LOG_LEVEL"), !value.isEmpty {
      guard let level = LogLevel(value) else {
        throw SettingError(name: "LOG_LEVEL", expected: "debug, info, warn or error")
      }
      logLevel = level
    }
    if let value = environment("LOG_FORMAT"), !value.isEmpty {
      guard let format = LogFormat(value) else {
        throw SettingError(name: "LOG_FORMAT", expected: "text or json")
      }
      logFormat = format
    }
    if let value = environment("ACCESS_LOG"), !value.isEmpty {
      guard value == "on" || value == "off" else {
        throw SettingError(name: "ACCESS_LOG", expected: "on or off")
      }
      accessLog = value == "on"
    }
  }

  /// The most octets of memory that connections can come to hold, all of them at their limits.
  public var memoryBound: Int64 {
    let connection =
      Int64(maxRequestSize) + Int64(bufferSize)  // a request that is not complete yet
      + Int64(outputLimit)  // responses that nobody takes
      + Int64(MemoryLayout<Connection>.stride)
      + Int64(maxConnectionsPerAddress > 0 ? AddressLimit.memoryPerConnection : 0)
    return connection &* Int64(maxConnections + Configuration.adminConnections)
  }

  /// How many octets the system may hold for a connection, in each direction: some messages of the usual
  /// size, or much of a large one. Not less than a segment of the loopback interface, 64 KiB: with half of
  /// that, bodies of 90 KB came at a hundredth of their speed, each segment behind a delayed ACK.
  var socketBuffer: Int { min(max(maxRequestSize, 65_536), 262_144) }

  /// The most octets of memory that the system comes to hold for connections. Linux takes twice what it is
  /// told in each direction (socket(7), SO_SNDBUF), and some 8 KiB for a connection itself.
  var systemMemoryBound: Int64 {
    (Int64(socketBuffer) &* 4 &+ 8192) &* Int64(maxConnections + Configuration.adminConnections)
  }

  /// The most octets of content in a response: room for an echo, and for all metrics.
  var responseLimit: Int { max(maxRequestSize + 1024, 32_768) }

  /// The most octets that wait to be sent on a connection: one response on top of what makes it
  /// stop reading requests.
  var outputLimit: Int { Connection.highWater + responseLimit + Response.fieldsLimit + 1024 }
}

/// A setting that cannot be used.
public struct SettingError: Error {
  public let name: StaticString
  /// What it must be, for people.
  public let expected: StaticString
  /// The range, where it must be a number.
  public var range: ClosedRange<Int64>?
}

@inline(never)
private func isListOfDomains(_ list: Octets) -> Bool {
  var rest = list
  while let element = rest.takeListElement() {
    if !isDomain(element) { return false }
  }
  return true
}

/// - Returns: nil for every address.
@inline(never)
private func address(
  _ name: StaticString, _ environment: (StaticString) -> Octets?, else unset: IPAddress?
) throws(SettingError) -> IPAddress? {
  guard let value = environment(name), !value.isEmpty else { return unset }
  if value == "*" { return nil }
  if value.equalsIgnoringCase("localhost") { return .loopbackIPv4 }
  guard let address = IPAddress(value) else {
    throw SettingError(name: name, expected: "* or an address such as 0.0.0.0, 127.0.0.1 or ::")
  }
  return address
}

@inline(never)
private func number(
  _ name: StaticString, from least: Int64, to most: Int64, _ environment: (StaticString) -> Octets?,
  else unset: Int64
) throws(SettingError) -> Int64 {
  guard let text = environment(name), !text.isEmpty else { return unset }
  guard let value = text.decimal(upTo: most), value >= least else {
    throw SettingError(name: name, expected: "a number", range: least...most)
  }
  return value
}

private func size(
  _ name: StaticString, from least: Int64 = 1, to most: Int64,
  _ environment: (StaticString) -> Octets?, else unset: Int
) throws(SettingError) -> Int {
  Int(try number(name, from: least, to: most, environment, else: Int64(unset)))
}

private var origins: StaticString {
  """
  * or origins such as https://a.example or http://localhost:8000, with commas: \
  no path, no pattern, not null, and a host beyond ASCII in its xn-- form
  """
}
private var anyTime: StaticString { "a time such as 0, 10, 10s or 500ms, of at most a day" }
private var someTime: StaticString {
  "a time such as 10, 10s or 500ms, more than 0, of at most a day"
}

/// "10" and "10s" are seconds, "500ms" milliseconds; at most a day. In nanoseconds.
@inline(never)
private func duration(
  _ name: StaticString, from least: Int64, _ environment: (StaticString) -> Octets?,
  else unset: Int64
) throws(SettingError) -> Int64 {
  guard let text = environment(name), !text.isEmpty else { return unset }
  var digits = text
  var unit = Configuration.second
  if text.count > 2, text[text.count - 2..<text.count] == "ms" {
    digits = text[0..<text.count - 2]
    unit = 1_000_000
  } else if text.last == UInt8(ascii: "s") {
    digits = text[0..<text.count - 1]
  }
  guard let value = digits.decimal(upTo: 86_400_000), value >= least,
    value &* unit <= 86_400 &* Configuration.second
  else {
    throw SettingError(name: name, expected: least == 0 ? anyTime : someTime)
  }
  return value &* unit
}
