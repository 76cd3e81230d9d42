import HTTPCodec
import HTTPService

/// The service on the admin port: for the kubelet, Prometheus and operators, never for the public.
///
///     /         a page for people
///     /livez    200 as long as the event loops of all workers turn, else 503
///     /readyz   200, or 503 from the start of a drain on
///     /metrics  metrics in Prometheus' text format
///     /drain    begins a drain: POST, or GET with `Drain: now`, which Kubernetes' preStop httpGet can send
///
/// Its requests are in no metrics and no access log: probes and scrapes would fill them with themselves.
struct AdminService: ~Copyable {
  private let access: AdminAccess
  private var answering: Answering
  /// Set by /drain, read by the event loop.
  private(set) var drainRequested = false

  private var response: Response {
    _read { yield answering.response }
    _modify { yield &answering.response }
  }

  init(_ configuration: borrowing Configuration, _ limits: borrowing Limits) {
    access = AdminAccess(hosts: configuration.adminHosts)
    answering = Answering(
      server: configuration.serverHeader, content: limits.adminContent,
      fields: limits.responseFields)
  }

  /// Takes the memory of what all responses have. - Returns: false when there is not enough.
  mutating func reserve() -> Bool { answering.reserve() }

  /// Sets the date of the responses to come, in seconds since the Unix epoch.
  mutating func setTime(_ seconds: Int64) { answering.writer.setTime(seconds) }

  /// What is wanted of the content of a request: it may come where there is a page.
  func plan(for head: Request) -> ContentPlan {
    guard let page = Page(at: head.path) else { return ContentPlan(isWanted: false) }
    return ContentPlan(isWanted: methods(of: page).contains(head.method))
  }

  /// Appends the response to a request.
  ///
  /// - Parameter isReady: whether requests are welcome, as /readyz tells.
  /// - Returns: whether the connection stays open after it.
  mutating func respond(
    to request: Request, _ state: borrowing ConnectionState, _ journal: inout Journal,
    isReady: Bool,
    into output: inout OctetBuffer
  ) -> Bool {
    answering.response.reset()
    answer(request, &journal, isReady: isReady)
    if !answering.response.isSendable { answering.response.failUnsendable() }
    var name = InlineArray<32, UInt8>(repeating: 0)
    _ = answering.identifier.identify(
      request.fields, isNamed: request.isNamed, orMakeNew: journal.logsAccess, in: &name,
      &answering.response)
    let staysOpen = state.keepsAlive && !drainRequested && !answering.response.closesConnection
    _ = answering.writer.append(
      &answering.response, toHead: request.method == .head,
      connection: state.connectionOption(staysOpen: staysOpen), into: &output)
    return staysOpen
  }

  /// Appends the response to what could not be read as a request.
  ///
  /// - Parameter fields: those of its header section, if that could be read.
  mutating func refuse(
    _ error: RequestError, _ method: Method, _ fields: Fields, isNamed: Bool,
    _ state: borrowing ConnectionState,
    _ journal: inout Journal, into output: inout OctetBuffer
  ) {
    answering.refuse(error, method, fields, isNamed: isNamed, nil, state, &journal, into: &output)
  }

  // MARK: Pages

  private enum Page {
    case status, livez, readyz, metrics, drain
    #if StatusCharts
      case charts
    #endif

    init?(at path: Span<UInt8>) {
      if path == "/" {
        self = .status
      } else if path == "/livez" {
        self = .livez
      } else if path == "/readyz" {
        self = .readyz
      } else if path == "/metrics" {
        self = .metrics
      } else if path == "/drain" {
        self = .drain
      } else {
        #if StatusCharts
          if path == "/charts.js" {
            self = .charts
            return
          }
        #endif
        return nil
      }
    }
  }

  private func methods(of page: Page?) -> MethodSet {
    var methods = MethodSet()
    methods.insert(.get)
    if page == .drain { methods.insert(.post) }
    return methods
  }

  @_optimize(size)
  private mutating func answer(_ request: Request, _ journal: inout Journal, isReady: Bool) {
    if let reason = access.refusal(request.fields) { return response.fail(.forbidden, reason) }
    let page = Page(at: request.path)
    let allowed = methods(of: page)
    guard allowed.contains(request.method) else {
      do throws(HTTPError) {
        try response.tellMethods(allowed, to: request.method)
      } catch {
        response.fail(error)
      }
      return
    }
    response.addField("Cache-Control", "no-store")
    switch page {
    case .livez:
      tellHealth(at: journal.now)
    case .readyz:
      if isReady {
        response.write("ready\n")
      } else {
        response.fail(.serviceUnavailable, "draining")
      }
    case .metrics:
      response.contentType = "text/plain; version=0.0.4; charset=utf-8"
      Scoreboard.total(with: journal.metrics).append(to: &response, isReady: isReady)
    case .status:
      StatusPage.append(
        to: &response, Scoreboard.total(with: journal.metrics), isReady: isReady,
        at: journal.log.time / .second)
    #if StatusCharts
      case .charts:
        StatusPage.appendScript(to: &response)
    #endif
    case .drain where request.method != .post && !asksForDrain(request.fields):
      // A plain GET may be an <img> of any page.
      response.fail(.forbidden, "to drain, send POST, or GET with the header field Drain: now")
    case .drain:
      // (Not for HEAD, which only asks what GET would answer.)
      if request.method != .head { drainRequested = true }
      response.write("draining\n")
    case nil:
      response.fail(.notFound, "here are /, /livez, /readyz, /metrics and /drain")
    }
  }

  private func asksForDrain(_ fields: Fields) -> Bool {
    guard let value = fields["drain"] else { return false }
    return value == "now"
  }

  /// Answers for all workers, whichever is asked: one that is stuck would never be asked.
  @_optimize(size)
  private mutating func tellHealth(at now: Int64) {
    guard let stuck = Scoreboard.stuck(at: now) else { return response.write("ok\n") }
    response.fail(.serviceUnavailable, "a worker is stuck")
    response.write("worker ")
    response.write(Int64(stuck.worker))
    response.write(", for so many seconds: ")
    response.write(stuck.seconds)
    response.write("\n")
  }
}
