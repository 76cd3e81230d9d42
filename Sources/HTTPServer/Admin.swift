import HTTPCodec

/// The admin port: for the kubelet, Prometheus and operators, never for the public.
///
///     /         a page for people
///     /livez    200 as long as the event loops of all workers turn, else 503
///     /readyz   200, or 503 from the start of a drain on
///     /metrics  figures in Prometheus' text format
///     /drain    begins a drain: POST, or GET with `Drain: now`, which Kubernetes' preStop httpGet can send
struct Admin {
  private let access: AdminAccess
  /// Set by /drain, read by the event loop.
  private(set) var drainRequested = false

  init(hosts: Octets) {
    access = AdminAccess(hosts: hosts)
  }

  mutating func answer(
    _ request: Request, _ response: inout Response, _ metrics: borrowing Metrics, isReady: Bool,
    at time: Int64, now: Int64
  ) {
    if let reason = access.refusal(request.fields) { return response.fail(.forbidden, reason) }
    let page = Page(at: request.path)
    let allowed = methods(of: page)
    guard allowed.contains(request.method) else {
      return response.tellMethods(allowed, to: request.method)
    }
    response.addField("Cache-Control", "no-store")
    switch page {
    case .livez:
      tellHealth(at: now, &response)
    case .readyz:
      if isReady {
        response.write("ready\n")
      } else {
        response.fail(.serviceUnavailable, "draining")
      }
    case .metrics:
      response.contentType = "text/plain; version=0.0.4; charset=utf-8"
      Board().total(with: metrics).append(to: &response, isReady: isReady)
    case .status:
      StatusPage.append(
        to: &response, Board().total(with: metrics), isReady: isReady, at: time)
    case .drain where request.method != .post && !(request.fields["drain"] ?? Octets("") == "now"):
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

  /// Whichever worker is asked answers for all: one that is stuck would never be asked.
  private func tellHealth(at now: Int64, _ response: inout Response) {
    guard let stuck = Board.stuck(at: now) else { return response.write("ok\n") }
    response.fail(.serviceUnavailable, "a worker is stuck")
    response.write("worker ")
    response.write(Int64(stuck.worker))
    response.write(", for so many seconds: ")
    response.write(stuck.seconds)
    response.write("\n")
  }

  /// Whether there is a page for this request, of which the head is enough to tell.
  func hasPage(for request: Request) -> Bool {
    guard let page = Page(at: request.path) else { return false }
    return methods(of: page).contains(request.method)
  }

  private func methods(of page: Page?) -> MethodSet {
    var methods = MethodSet()
    methods.insert(.get)
    if page == .drain { methods.insert(.post) }
    return methods
  }

  private enum Page {
    case status, livez, readyz, metrics, drain

    init?(at path: Octets) {
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
        return nil
      }
    }
  }
}
