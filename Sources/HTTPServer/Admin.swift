import HTTPCodec

/// The admin port: for the kubelet, Prometheus and operators, never for the public.
///
///     /         a page for people
///     /livez    200 as long as the event loops of all workers turn, else 503
///     /readyz   200, or 503 from the start of a drain on
///     /metrics  figures in Prometheus' text format
///     /drain    begins a drain; GET, because Kubernetes' preStop httpGet can send nothing else
struct Admin {
  /// Set by /drain, read by the event loop.
  private(set) var drainRequested = false

  mutating func answer(
    _ request: Request, _ response: inout Response, _ metrics: borrowing Metrics, isReady: Bool,
    at time: Int64, now: Int64
  ) {
    let isDrain = request.path == "/drain"
    var allowed = MethodSet()
    allowed.insert(.get)
    if isDrain { allowed.insert(.post) }
    guard allowed.contains(request.method) else {
      return response.tellMethods(allowed, to: request.method)
    }
    response.addField("Cache-Control", "no-store")
    if request.path == "/livez" {
      // Whichever worker is asked answers for all: one that is stuck would never be asked.
      if let stuck = Board.stuck(at: now) {
        response.fail(.serviceUnavailable, "a worker is stuck")
        response.write("worker ")
        response.write(Int64(stuck.worker))
        response.write(", for so many seconds: ")
        response.write(stuck.seconds)
        response.write("\n")
      } else {
        response.write("ok\n")
      }
    } else if request.path == "/readyz" {
      if isReady {
        response.write("ready\n")
      } else {
        response.fail(.serviceUnavailable, "draining")
      }
    } else if request.path == "/metrics" {
      response.contentType = "text/plain; version=0.0.4; charset=utf-8"
      Board().total(with: metrics).append(to: &response, isReady: isReady)
    } else if request.path == "/" {
      StatusPage.append(
        to: &response, Board().total(with: metrics), isReady: isReady, at: time)
    } else if isDrain {
      // (Not for HEAD, which only asks what GET would answer.)
      if request.method != .head { drainRequested = true }
      response.write("draining\n")
    } else {
      response.fail(.notFound, "here are /, /livez, /readyz, /metrics and /drain")
    }
  }
}
