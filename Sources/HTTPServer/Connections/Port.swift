import Memory
import Sockets

/// A port that connections are accepted from: the public one, where the application answers, or the admin
/// port.
struct Port {
  enum Name: Int {
    case application, admin

    var other: Name { self == .application ? .admin : .application }

    /// The setting of the port's number.
    var setting: StaticString { self == .application ? "PORT" : "ADMIN_PORT" }

    /// What the log says when it listens.
    var message: StaticString { self == .application ? "listening" : "admin port" }

    /// Whether its connections, requests and octets are counted: probes and scrapes would be most of what
    /// an idle server does.
    var isMeasured: Bool { self == .application }

    /// Whether its handlers may want large content, which takes a client long to send.
    var expectsContent: Bool { self == .application }
  }

  let name: Name
  /// The most connections.
  let capacity: Int
  var openConnections = 0
  var listener: ListeningSocket?
  /// Whether connections wait to be accepted in this turn.
  var hasClients = false

  init(_ name: Name, capacity: Int) {
    self.name = name
    self.capacity = capacity
  }

  var hasRoom: Bool { openConnections < capacity }
}

struct ListeningSocket {
  let descriptor: Descriptor
  let token: Int
  var isWatched = true
}

struct Ports: ~Copyable {
  private var ports = FixedArray<Port>()

  /// Takes the memory of both. - Returns: false when there is not enough.
  mutating func reserve(_ limits: Limits) -> Bool {
    guard ports.reserve(2, repeating: Port(.application, capacity: limits.connections)) else {
      return false
    }
    self[.admin] = Port(.admin, capacity: limits.adminConnections)
    return true
  }

  subscript(name: Port.Name) -> Port {
    @inline(__always) get { ports[name.rawValue] }
    @inline(__always) set { ports[name.rawValue] = newValue }
  }

  /// Whether a listening socket is not watched.
  var isShort: Bool { isUnwatched(.application) || isUnwatched(.admin) }

  private func isUnwatched(_ name: Port.Name) -> Bool {
    self[name].listener.map { !$0.isWatched } ?? false
  }
}
