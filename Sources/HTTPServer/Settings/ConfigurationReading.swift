import HTTPCodec
import Memory

extension Configuration {
  /// Reads the settings from environment variables. One that is not set, or empty where that means
  /// nothing, keeps its default.
  ///
  /// - Parameter environment: the value of the variable of a name, nil when it is not set.
  /// - Returns: the first setting that is invalid, nil when all are valid.
  @_optimize(size)
  package mutating func read(
    _ environment: @escaping (StaticString) -> ImmortalOctets?
  ) -> SettingError? {
    var reader = SettingReader(environment)
    host = reader.address("HOST", else: host)
    port = UInt16(truncatingIfNeeded: reader.number("PORT", from: 0, to: 65535, else: Int64(port)))
    let given = reader.number("ADMIN_PORT", from: 0, to: 65535, else: -1)
    adminPort = given < 0 ? nil : UInt16(truncatingIfNeeded: given)
    adminHost = reader.address("ADMIN_HOST", else: adminHost)
    if let hosts = reader.value(of: "ADMIN_HOSTS") {
      adminHosts = hosts
      if !isListOfDomains(hosts.span) {
        reader.fail("ADMIN_HOSTS", "names such as metrics.example, with commas and without ports")
      }
    }

    maxRequestSize = reader.octets("MAX_REQUEST_SIZE", to: 1 << 30, else: maxRequestSize)
    maxResponseSize = reader.octets("MAX_RESPONSE_SIZE", to: 1 << 30, else: maxResponseSize)
    bufferSize = reader.octets("BUFFER_SIZE", to: 1 << 20, else: bufferSize)
    maxConnections = reader.size("MAX_CONNECTIONS", to: 1_000_000, else: maxConnections)
    maxConnectionsPerAddress = reader.size(
      "MAX_CONNECTIONS_PER_ADDRESS", from: 0, to: 1_000_000, else: maxConnectionsPerAddress)
    maxRequestsPerConnection = reader.size(
      "MAX_REQUESTS_PER_CONNECTION", from: 0, to: 1_000_000_000, else: maxRequestsPerConnection)

    keepAliveTimeout = reader.duration("KEEP_ALIVE_TIMEOUT", from: 1, else: keepAliveTimeout)
    requestTimeout = reader.duration("REQUEST_TIMEOUT", from: 1, else: requestTimeout)
    writeTimeout = reader.duration("WRITE_TIMEOUT", from: 1, else: writeTimeout)
    drainTimeout = reader.duration("DRAIN_TIMEOUT", from: 0, else: drainTimeout)
    drainDelay = reader.duration("DRAIN_DELAY", from: 0, else: drainDelay)

    if let value = reader.value(of: "CORS_ALLOW_ORIGIN") {
      if let origins = AllowedOrigins(value.span) {
        allowedOrigins = origins
      } else {
        reader.fail("CORS_ALLOW_ORIGIN", AllowedOrigins.expected)
      }
    }
    if let value = reader.value(of: "TRUSTED_PROXIES") {
      if let proxies = TrustedProxies(value.span) {
        trustedProxies = proxies
      } else {
        reader.fail(
          "TRUSTED_PROXIES", "at most 16 addresses or blocks such as 10.0.0.0/8, with commas")
      }
    }
    if let header = reader.text(of: "CLIENT_ADDRESS_HEADER") {
      trustedProxies.header = header
      if !header.span.allSatisfy({ $0.isInLabel }) {
        reader.fail(
          "CLIENT_ADDRESS_HEADER", "x-forwarded-for, forwarded, or one like x-real-ip")
      }
    }
    if let value = reader.value(of: "SERVER_HEADER") {
      serverHeader = ImmortalOctets(copying: value.span.trimmed) ?? value
      if !value.span.isFieldValue || value.span.count > 256 {
        reader.fail("SERVER_HEADER", "what can stand in a header field, 256 octets at most")
      }
    }
    if let value = reader.text(of: "LOG_LEVEL") {
      if let level = LogLevel(value.span) {
        logLevel = level
      } else {
        reader.fail("LOG_LEVEL", "debug, info, warn or error")
      }
    }
    if let value = reader.text(of: "LOG_FORMAT") {
      if let format = LogFormat(value.span) {
        logFormat = format
      } else {
        reader.fail("LOG_FORMAT", "text or json")
      }
    }
    if let value = reader.text(of: "ACCESS_LOG") {
      accessLog = value.span == "on"
      if !accessLog, !(value.span == "off") { reader.fail("ACCESS_LOG", "on or off") }
    }
    return reader.error
  }
}

@inline(never)
private func isListOfDomains(_ list: Span<UInt8>) -> Bool {
  var rest = list
  while let element = rest.takeListElement() {
    if !isDomainName(element) { return false }
  }
  return true
}
