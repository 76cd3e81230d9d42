import HTTPCodec
import HTTPService

/// What is served on the ports: the one place where a port's name decides who answers.
struct Services: ~Copyable {
  private var application: PublicService
  private var admin: AdminService
  /// In a drain every response is the last one of its connection.
  private(set) var isDraining = false

  @_optimize(size)
  init(
    _ routes: borrowing Routes, _ configuration: borrowing Configuration, _ limits: borrowing Limits
  ) {
    application = PublicService(routes, configuration, limits)
    admin = AdminService(configuration, limits)
  }

  /// Takes the memory of what all responses have. - Returns: false when there is not enough.
  mutating func reserve() -> Bool { application.reserve() && admin.reserve() }

  /// Sets the date of the responses to come, in seconds since the Unix epoch.
  mutating func setTime(_ seconds: Int64) {
    application.setTime(seconds)
    admin.setTime(seconds)
  }

  /// Whether a request on the admin port has asked for a drain.
  var drainRequested: Bool { admin.drainRequested }

  /// Whether a handler wants to know clients' addresses.
  var usesClientAddress: Bool { application.usesClientAddress }

  mutating func beginDrain() { isDraining = true }

  /// What is wanted of the content of a request, of which the head is enough to tell.
  mutating func plan(for head: Request, on port: Port.Name) -> ContentPlan {
    switch port {
    case .application: application.plan(for: head)
    case .admin: admin.plan(for: head)
    }
  }

  /// The content of the response that was made last which is to be taken in pieces.
  mutating func rest(on port: Port.Name) -> ContentSource {
    port == .application ? application.rest : ContentSource()
  }

  /// Appends the response to a request.
  ///
  /// - Returns: whether the connection stays open after it.
  mutating func respond(
    to request: consuming Request, _ state: borrowing ConnectionState, on port: Port.Name,
    _ journal: inout Journal,
    into output: inout OctetBuffer
  ) -> Bool {
    switch port {
    case .application:
      return application.respond(to: request, state, &journal, into: &output)
    case .admin:
      let staysOpen = admin.respond(
        to: request, state, &journal, isReady: !isDraining, into: &output)
      // At once: the next request of this turn may ask for readiness.
      if admin.drainRequested { isDraining = true }
      return staysOpen
    }
  }

  /// Appends the response to what could not be read as a request.
  mutating func refuse(
    _ error: RequestError, _ method: Method, _ fields: Fields, isNamed: Bool,
    _ state: borrowing ConnectionState,
    on port: Port.Name, _ journal: inout Journal, into output: inout OctetBuffer
  ) {
    switch port {
    case .application:
      application.refuse(
        error, method, fields, isNamed: isNamed, state, &journal, into: &output)
    case .admin:
      admin.refuse(error, method, fields, isNamed: isNamed, state, &journal, into: &output)
    }
  }
}
