import HTTPCodec
import HTTPService

/// How much requests, responses and connections may take. One value, made from the configuration at start,
/// from which every buffer gets its size.
package struct Limits {
  /// What one request may be (`MAX_REQUEST_SIZE`): header section and content together, and the header section
  /// alone.
  package let request: RequestParser.Limits
  /// Octets that a connection reads at first (`BUFFER_SIZE`).
  package let buffer: Int
  /// Octets that a connection keeps of requests that are incomplete or wait for their turn.
  package let input: Int

  /// Octets of content in one response of a handler (`MAX_RESPONSE_SIZE`), with room for an echo.
  package let responseContent: Int
  /// Octets of content in one response of the admin port: room for all metrics.
  package let adminContent = 32_768
  /// Octets of fields that a handler adds to one response.
  package let responseFields = 8192
  /// Once a connection has so many octets of responses to send, it answers no further request until
  /// they are sent.
  package let pendingResponses = 16_384
  /// Octets that wait to be sent on one connection: one response more than `pendingResponses`.
  package let output: Int

  /// Connections to the public port (`MAX_CONNECTIONS`).
  package let connections: Int
  /// Connections to the admin port, beside `connections`.
  package let adminConnections = 16
  /// Connections to both ports.
  package let allConnections: Int
  /// Public connections of one client address; 0 for any number (`MAX_CONNECTIONS_PER_ADDRESS`).
  package let connectionsPerAddress: Int
  /// Requests on one connection; 0 for any number (`MAX_REQUESTS_PER_CONNECTION`).
  package let requestsPerConnection: Int

  /// Octets that the system may hold for a connection, in each direction: some messages of the usual
  /// size, or much of a large one. At least a segment of the loopback interface, 64 KiB: with half of
  /// that, bodies of 90 KB came at a hundredth of their speed, each segment behind a delayed ACK.
  package let socketBuffer: Int

  package init(_ configuration: borrowing Configuration) {
    // (No sum overflows: the settings have limits of their own, the largest of them 1 GiB.)
    let size = configuration.maxRequestSize
    request = RequestParser.Limits(request: size, head: 65_536)
    buffer = configuration.bufferSize
    input = size &+ buffer
    responseContent = max(configuration.maxResponseSize, size &+ 1024)
    output = pendingResponses &+ max(responseContent, adminContent) &+ responseFields &+ 1024
    connections = configuration.maxConnections
    allConnections = connections &+ adminConnections
    connectionsPerAddress = configuration.maxConnectionsPerAddress
    requestsPerConnection = configuration.maxRequestsPerConnection
    socketBuffer = min(max(size, 65_536), 262_144)
  }

  /// Sockets to watch: connections and two listening sockets.
  package var sockets: Int { allConnections + 2 }

  /// Octets of memory that the system comes to hold for all connections. Linux takes twice what it is
  /// told in each direction (socket(7), SO_SNDBUF), and some 8 KiB for a connection itself.
  package var systemMemory: Int64 {
    (Int64(socketBuffer) &* 4 &+ 8192) &* Int64(allConnections)
  }
}
