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
    reader.address("HOST", &host)
    if let number = reader.number("PORT", from: 0, to: 65535) {
      port = UInt16(truncatingIfNeeded: number)
    }
    if let number = reader.number("ADMIN_PORT", from: 0, to: 65535) {
      adminPort = UInt16(truncatingIfNeeded: number)
    }
    reader.address("ADMIN_HOST", &adminHost)
    if let hosts = reader.value(of: "ADMIN_HOSTS") {
      adminHosts = hosts
      if !isListOfDomains(hosts.span) {
        reader.fail("names such as metrics.example, with commas and without ports")
      }
    }

    // (The operator's limit holds for all routes.)
    if reader.octets("MAX_REQUEST_SIZE", to: 1 << 30, &maxRequestSize) { maxOtherContent = .max }
    reader.octets("MAX_RESPONSE_SIZE", to: 1 << 30, &maxResponseSize)
    reader.octets("BUFFER_SIZE", to: 1 << 20, &bufferSize)
    reader.count("MAX_CONNECTIONS", from: 1, to: 1_000_000, &maxConnections)
    reader.count("MAX_CONNECTIONS_PER_ADDRESS", from: 0, to: 1_000_000, &maxConnectionsPerAddress)
    reader.count(
      "MAX_REQUESTS_PER_CONNECTION", from: 0, to: 1_000_000_000, &maxRequestsPerConnection)

    reader.duration("KEEP_ALIVE_TIMEOUT", from: 1, &keepAliveTimeout)
    reader.duration("REQUEST_TIMEOUT", from: 1, &requestTimeout)
    reader.duration("WRITE_TIMEOUT", from: 1, &writeTimeout)
    reader.duration("DRAIN_TIMEOUT", from: 0, &drainTimeout)
    reader.duration("DRAIN_DELAY", from: 0, &drainDelay)

    if let value = reader.value(of: "CORS_ALLOW_ORIGIN") {
      if let origins = AllowedOrigins(value.span) {
        allowedOrigins = origins
      } else {
        reader.fail(AllowedOrigins.expected)
      }
    }
    if let value = reader.value(of: "TRUSTED_PROXIES") {
      if let proxies = TrustedProxies(value.span) {
        trustedProxies = proxies
      } else {
        reader.fail("at most 16 addresses or blocks such as 10.0.0.0/8, with commas")
      }
    }
    if let header = reader.text(of: "CLIENT_ADDRESS_HEADER") {
      trustedProxies.header = header
      if !header.span.allSatisfy({ $0.isInLabel }) {
        reader.fail("x-forwarded-for, forwarded, or one like x-real-ip")
      }
    }
    if let value = reader.value(of: "SERVER_HEADER") {
      serverHeader = ImmortalOctets(copying: value.span.trimmed) ?? value
      if !value.span.isFieldValue || value.span.count > 256 {
        reader.fail("what can stand in a header field, 256 octets at most")
      }
    }
    if let value = reader.text(of: "LOG_LEVEL") {
      if let level = LogLevel(value.span) {
        logLevel = level
      } else {
        reader.fail("debug, info, warn or error")
      }
    }
    if let value = reader.text(of: "LOG_FORMAT") {
      if let format = LogFormat(value.span) {
        logFormat = format
      } else {
        reader.fail("text or json")
      }
    }
    if let value = reader.text(of: "ACCESS_LOG") {
      accessLog = value.span == "on"
      if !accessLog, !(value.span == "off") { reader.fail("on or off") }
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
