import Memory
import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

struct ConfigurationTests {
  private func configuration(_ settings: [String: String]) throws -> Configuration {
    try HTTPServerTests.configuration { settings[$0] }
  }

  @Test(
    "What is not set, or empty, has its default",
    arguments: [
      [:],
      [
        "HOST": "", "PORT": "", "ADMIN_PORT": "", "MAX_REQUEST_SIZE": "", "BUFFER_SIZE": "",
        "MAX_CONNECTIONS": "", "KEEP_ALIVE_TIMEOUT": "", "REQUEST_TIMEOUT": "",
        "WRITE_TIMEOUT": "", "DRAIN_TIMEOUT": "", "DRAIN_DELAY": "", "SERVER_HEADER": "",
        "LOG_LEVEL": "", "LOG_FORMAT": "", "ACCESS_LOG": "",
      ],
    ])
  func defaults(settings: [String: String]) throws {
    let configuration = try configuration(settings)
    #expect(configuration.host == nil)
    #expect(configuration.port == 1234)
    #expect(configuration.adminPort == nil)
    #expect(configuration.maxRequestSize == 8192)
    #expect(configuration.bufferSize == 2048)
    #expect(configuration.maxConnections == 1024)
    #expect(configuration.keepAliveTimeout == 130_000_000_000)
    #expect(configuration.requestTimeout == 10_000_000_000)
    #expect(configuration.writeTimeout == 10_000_000_000)
    #expect(configuration.drainTimeout == 25_000_000_000)
    #expect(configuration.drainDelay == 2_000_000_000)
    #expect(configuration.allowedOrigins.containsEvery)
    #expect(configuration.serverHeader.isEmpty)
    #expect(configuration.logLevel == .info)
    #expect(configuration.logFormat == .text)
    #expect(!configuration.accessLog)
  }

  @Test(
    "Sizes may have a unit, a power of 1024 in either case",
    arguments: [
      ("1K", 1024), ("16k", 16_384), ("1M", 1 << 20), ("3m", 3 << 20), ("1g", 1 << 30),
      ("1048576K", 1 << 30), ("007K", 7168),
    ])
  func units(text: String, expected: Int) throws {
    #expect(try configuration(["MAX_REQUEST_SIZE": text]).maxRequestSize == expected)
    guard expected <= 1 << 20 else { return }
    #expect(try configuration(["BUFFER_SIZE": text]).bufferSize == expected)
  }

  @Test("Numbers may be as small and as large as they may be")
  func numbers() throws {
    for (name, path, least, most) in [
      ("MAX_REQUEST_SIZE", \Configuration.maxRequestSize, 1, 1_073_741_824),
      ("MAX_RESPONSE_SIZE", \.maxResponseSize, 1, 1_073_741_824),
      ("BUFFER_SIZE", \.bufferSize, 1, 1_048_576),
      ("MAX_CONNECTIONS", \.maxConnections, 1, 1_000_000),
    ] {
      for value in [least, least + 1, most] {
        #expect(try configuration([name: "\(value)"])[keyPath: path] == value)
      }
      #expect(try configuration([name: "000\(most)"])[keyPath: path] == most)
      for value in ["0", "\(most + 1)"] {
        #expect(throws: SettingError.self) { try configuration([name: value]) }
      }
    }
    for value in [0, 1, 65535] as [UInt16] {
      #expect(try configuration(["PORT": "\(value)"]).port == value)
      #expect(try configuration(["ADMIN_PORT": "\(value)"]).adminPort == value)
    }
  }

  @Test("Times are seconds, or have a unit, up to a day")
  func durations() throws {
    for (name, path) in [
      ("KEEP_ALIVE_TIMEOUT", \Configuration.keepAliveTimeout),
      ("REQUEST_TIMEOUT", \.requestTimeout),
      ("WRITE_TIMEOUT", \.writeTimeout), ("DRAIN_TIMEOUT", \.drainTimeout),
      ("DRAIN_DELAY", \.drainDelay),
    ] {
      for (value, milliseconds) in [
        ("1", 1000), ("10s", 10_000), ("500ms", 500), ("1ms", 1), ("86400", 86_400_000),
        ("86400s", 86_400_000), ("86400000ms", 86_400_000), ("007s", 7000),
      ] as [(String, Int64)] {
        #expect(try configuration([name: value])[keyPath: path] == milliseconds * 1_000_000)
      }
    }
  }

  @Test("Addresses of both families and localhost are taken")
  func hosts() throws {
    for (value, isIPv6, first, last) in [
      ("127.0.0.1", false, 127, 1), ("localhost", false, 127, 1), ("LocalHost", false, 127, 1),
      ("0.0.0.0", false, 0, 0), ("255.255.255.255", false, 255, 255), ("::", true, 0, 0),
      ("::1", true, 0, 1), ("fe80::2", true, 0xfe, 2), ("1:2:3:4:5:6:7:8", true, 0, 8),
      ("::ffff:127.0.0.1", true, 0, 1),
    ] as [(String, Bool, UInt8, UInt8)] {
      let host = try #require(try configuration(["HOST": value]).host)
      #expect(host.isIPv6 == isIPv6 && host.octets[0] == first)
      #expect(host.octets[isIPv6 ? 15 : 3] == last, "\(value)")
    }
  }

  @Test("Words are taken")
  func words() throws {
    for (value, level) in [
      ("debug", .debug), ("info", .info), ("warn", .warn), ("error", .error),
    ] as [(String, LogLevel)] {
      #expect(try configuration(["LOG_LEVEL": value]).logLevel == level)
    }
    for (value, host) in [("127.0.0.2", [127, 0, 0, 2]), ("LOCALHOST", [127, 0, 0, 1])]
      as [(String, [UInt8])]
    {
      let address = try #require(try configuration(["ADMIN_HOST": value]).adminHost)
      #expect((0..<4).map { address.octets[$0] } == host)
    }
    #expect(try configuration([:]).maxConnectionsPerAddress == 0)
    #expect(try configuration([:]).maxRequestsPerConnection == 0)
    let limited = try configuration([
      "MAX_CONNECTIONS_PER_ADDRESS": "20", "MAX_REQUESTS_PER_CONNECTION": "1000",
    ])
    #expect(limited.maxConnectionsPerAddress == 20 && limited.maxRequestsPerConnection == 1000)
    #expect(try configuration(["MAX_CONNECTIONS_PER_ADDRESS": "0"]).maxConnectionsPerAddress == 0)
    for header in ["Forwarded", "X-Real-IP"] {
      let proxies = try configuration(["CLIENT_ADDRESS_HEADER": header]).trustedProxies
      #expect(proxies.header.span.text == header)
    }
    #expect(try configuration(["ADMIN_HOST": "*"]).adminHost == nil)
    #expect(try configuration(["HOST": "*"]).host == nil)
    let named = try configuration(["ADMIN_HOSTS": "a, b.c", "SERVER_HEADER": " a b/1 "])
    #expect(named.adminHosts.span.text == "a, b.c")
    #expect(named.serverHeader.span.text == "a b/1")
    #expect(try configuration(["LOG_FORMAT": "json"]).logFormat == .json)
    #expect(try configuration(["LOG_FORMAT": "text"]).logFormat == .text)
    #expect(try configuration(["ACCESS_LOG": "on"]).accessLog)
    #expect(try !configuration(["ACCESS_LOG": "off"]).accessLog)
  }

  @Test(
    "Origins are taken in the form in which browsers send them",
    arguments: [
      ("*", "*"), (" * ", "*"), ("", ""), (" ", ""), (" , ", ""),
      ("https://a.example", "https://a.example"),
      (
        "http://a:8080, https://[::1]:1,moz-extension://x",
        "http://a:8080,https://[::1]:1,moz-extension://x"
      ),
      (",https://a.example, ,\thttp://b,", "https://a.example,http://b"),
      ("HTTPS://A.Example", "https://a.example"), ("https://a.example:443", "https://a.example"),
      ("http://a.example:80", "http://a.example"), ("http://a:080", "http://a"),
      ("http://a:443", "http://a:443"), ("https://a:80", "https://a:80"),
      ("http://a:08080", "http://a:8080"), ("http://a:65535", "http://a:65535"),
      ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
      ("https://a_b-c.example.", "https://a_b-c.example."),
      ("http://localhost", "http://localhost"),
      ("http://127.0.0.1:8000", "http://127.0.0.1:8000"), ("http://1.a", "http://1.a"),
      ("http://[2001:DB8:0:0:1:0:0:1]", "http://[2001:db8::1:0:0:1]"),
      ("http://[0:0:0:0:0:0:0:0]", "http://[::]"), ("http://[1:0::0]:80", "http://[1::]"),
      ("http://[1::3:4:5:6:7:8]", "http://[1:0:3:4:5:6:7:8]"),
      ("http://[1:0:0:4:0:0:0:8]", "http://[1:0:0:4::8]"),
      ("http://[::ffff:127.0.0.1]:8000", "http://[::ffff:7f00:1]:8000"),
      ("http://[0001:0020:0300:4000:a:bc:def:0]", "http://[1:20:300:4000:a:bc:def:0]"),
      ("capacitor://localhost", "capacitor://localhost"),
      (
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop"
      ),
    ])
  func origins(setting: String, origins: String) throws {
    let allowed = try configuration(["CORS_ALLOW_ORIGIN": setting]).allowedOrigins
    #expect(allowed.text == origins)
    // And are in that form then.
    let again = try configuration(["CORS_ALLOW_ORIGIN": origins]).allowedOrigins
    #expect(again.text == origins)
  }

  static let invalid: [(String, [String])] = [
    (
      "HOST",
      [
        "a.example", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", ":", ":::", "[::1]",
        "1::2::3", "::1%eth0", "127.0.0.1:80", " 127.0.0.1", "1:2:3:4:5:6:7:8:9", "12345::",
      ]
    ),
    (
      "PORT",
      ["-1", "65536", "x", " 80", "80 ", "+80", "0x50", "8e1", "1.5", "99999999999999999999"]
    ),
    ("ADMIN_PORT", ["-1", "65536", "off", "9090\n"]),
    ("ADMIN_HOST", ["a.example", "127.0.0.1:9090", "[::]", "*.*", " *"]),
    (
      "ADMIN_HOSTS",
      ["*", "*.example", "a.example:9090", "http://a.example", "a b", "10.0.0.256", "a,,b..c"]
    ),
    ("MAX_CONNECTIONS_PER_ADDRESS", ["-1", "1000001", "none"]),
    ("MAX_REQUESTS_PER_CONNECTION", ["-1", "1000000001", "1e3"]),
    ("CLIENT_ADDRESS_HEADER", ["a b", "x-forwarded-for:", "forwarded, x-real-ip", " a", "\u{e9}"]),
    ("TRUSTED_PROXIES", ["*", "10.0.0.0/33", "traefik"]),
    (
      "MAX_REQUEST_SIZE",
      ["0", "-1", "8KB", "K", "0K", "2G", "1048577K", "1.5K", "1k ", "1073741825", "8192.0"]
    ),
    ("MAX_RESPONSE_SIZE", ["0", "-1", "1T", "1073741825"]),
    ("BUFFER_SIZE", ["0", "1048577", "1025K", "2M", "1G", "4T", "\u{0660}"]),
    ("MAX_CONNECTIONS", ["0", "1K", "1000001", "unlimited", "18446744073709551617"]),
    (
      "KEEP_ALIVE_TIMEOUT",
      ["-1", "86401", "86401s", "86400001ms", "s", "ms", "1m", "1 s", "1S", "0", "0ms"]
    ),
    ("REQUEST_TIMEOUT", ["x", "1.5", "1sms", "1mss", "9223372036854775807", "9223372037s"]),
    ("WRITE_TIMEOUT", ["never", "1h", "s1"]),
    ("DRAIN_TIMEOUT", [" ", "1,5", "+1"]),
    ("DRAIN_DELAY", ["two", "-2s", "0x2"]),
    (
      "CORS_ALLOW_ORIGIN",
      [
        "**", "*, https://a.example", "a.example", "https://", "https:a",
        "https://a.example/", "https://a.example/b", "https://a b", "null", "://a", "https://a\n",
        "https://*.example.com", "https://*", "*.example.com", "https://a.example, null", "*,",
        "https://a.*", "https://a.example:*", "https://a.example?b", "https://a.example#b",
        "https://u@a.example", "https://u:p@a.example", "https://a.example https://b.example",
        "https://a.example;https://b.example", "https://a:0", "https://a:65536", "https://a:",
        "https://a:8a", "https://a:-1", "https://a:80:80", "https://:443", "https:///a", "https:/a",
        "//a.example", "a.example:443", "1http://a", "ht_tp://a", "http ://a", "https://a..b",
        "https://.a", "https://.", "https://a.example..", "https://b\u{fc}cher.example",
        "https://%62.example", "https://a\\b", "https://\"a\"", "\"https://a\"", "'https://a'",
        "http://1.2.3", "http://1.2.3.4.", "http://1.2.3.256", "http://01.2.3.4", "http://0x7f.1",
        "http://a.0x7F", "http://a.0x", "http://2130706433", "http://[::1", "http://::1",
        "http://[::1]a", "http://[::1]:", "http://[::g]", "http://[127.0.0.1]",
        "http://[fe80::1%25a]",
        "http://[]", "https://\(String(repeating: "a", count: 64)).example",
        "https://\(String(repeating: "a.", count: 127))a",
      ]
    ),
    ("SERVER_HEADER", ["a\r\nb", "\n", "a\u{7f}", "a\u{1}"]),
    ("LOG_LEVEL", ["INFO", "trace", "warning", "info ", "0"]),
    ("LOG_FORMAT", ["JSON", "xml", "text,json"]),
    ("ACCESS_LOG", ["yes", "1", "true", "ON", "on "]),
  ]

  @Test("An invalid setting is refused by its name", arguments: invalid)
  func refused(name: String, values: [String]) throws {
    for value in values {
      do {
        _ = try configuration([name: value])
        Issue.record("\(name) was taken: \(value.debugDescription)")
      } catch let error as SettingError {
        #expect(error.name.description == name)
        #expect(error.expected.utf8CodeUnitCount > 0)
      }
    }
  }

  @Test("A number that is out of range is told the range")
  func range() throws {
    let error = #expect(throws: SettingError.self) { try configuration(["PORT": "65536"]) }
    #expect(error?.least == 0 && error?.most == 65535)
  }

  @Test("The bound of memory holds for the largest settings without overflow")
  func memoryBound() throws {
    let configuration = try configuration([
      "MAX_REQUEST_SIZE": "1073741824", "BUFFER_SIZE": "1048576", "MAX_CONNECTIONS": "1000000",
      "MAX_RESPONSE_SIZE": "1073741824",
    ])
    #expect(Limits(configuration).memory > 2 * 1_073_741_824 * 1_000_000)
  }
}

extension AllowedOrigins {
  fileprivate var text: String { list.span.text }
}
