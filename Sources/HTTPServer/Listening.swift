import HTTPCodec
import Sockets

/// A port that connections are accepted from.
struct ListeningSocket {
  let descriptor: Descriptor
  let token: Int
  var isWatched = true
}

extension EventLoop where Network: ~Copyable {
  /// Opens the public port and, if there is one, the admin port.
  ///
  /// - Throws: what was refused, and for which setting.
  mutating func listen() throws(ListenError) {
    listener = try open(configuration.host, configuration.port, "PORT", token: table.capacity)
    if let port = configuration.adminPort {
      adminListener = try open(
        configuration.adminHost, port, "ADMIN_PORT", token: table.capacity + 1)
    }
    checkMemoryLimit()
  }

  private mutating func open(
    _ host: IPAddress?, _ port: UInt16, _ setting: StaticString, token: Int
  ) throws(ListenError) -> ListeningSocket {
    let descriptor: Descriptor
    let address: SocketAddress
    if let host {
      (descriptor, address) = try open(host, port, setting)
    } else {
      // [::] is for both families. Where a machine, or what the host grants, has no IPv6, IPv4 is all
      // there is to listen on.
      do throws(ListenError) {
        (descriptor, address) = try open(.anyIPv6, port, setting)
      } catch {
        if error.error.isAddressInUse { throw error }
        (descriptor, address) = try open(.anyIPv4, port, setting)
      }
    }
    network.watch(descriptor, token: token, for: .read)
    let actual = network.localAddress(of: descriptor) ?? address
    if responder.log.begin(.info, token == table.capacity ? "listening" : "admin port") {
      responder.log.line.add("address", actual)
      if token == table.capacity {
        responder.log.line.add("version", Server.version)
        responder.log.line.add(
          "memory_limit", configuration.memoryBound &+ configuration.systemMemoryBound)
      }
      responder.log.end()
    }
    return ListeningSocket(descriptor: descriptor, token: token)
  }

  private mutating func open(
    _ host: IPAddress, _ port: UInt16, _ setting: StaticString
  ) throws(ListenError) -> (Descriptor, SocketAddress) {
    let address = SocketAddress(octets: host.octets, isIPv6: host.isIPv6, port: port)
    do throws(SocketError) {
      return (
        try network.listen(on: address, backlog: 1024, buffer: configuration.socketBuffer), address
      )
    } catch {
      throw ListenError(setting: setting, address: address, error: error)
    }
  }

  /// Says so when connections at their limits need more memory than there can be.
  private mutating func checkMemoryLimit() {
    let most = Board.memoryLimit
    guard most > 0, configuration.memoryBound > Int64(clamping: most),
      responder.log.begin(.warn, "connections at their limits need more memory than there may be")
    else { return }
    responder.log.line.add("needed", configuration.memoryBound)
    responder.log.line.add("memory", Int64(clamping: most))
    responder.log.end()
  }
}

/// A port that could not be opened.
struct ListenError: Error {
  let setting: StaticString
  let address: SocketAddress
  let error: SocketError
}
