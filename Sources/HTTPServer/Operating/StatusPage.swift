import HTTPCodec
import HTTPService

#if StatusCharts
  import CStatusCharts
#endif

/// The admin port's page for people: the figures to look at first. It is complete without its script,
/// which reads it again every two seconds.
///
/// With the trait `StatusCharts` the page has live charts as well, a row for each worker and a button that drains. The
/// script for it takes two kilobytes of the module: a service that has no use for it need not carry it.
enum StatusPage {
  @_optimize(size)
  static func append(
    to response: inout Response, _ metrics: borrowing Metrics, isReady: Bool,
    at time: Int64
  ) {
    response.contentType = "text/html; charset=utf-8"
    // Nothing of it comes from elsewhere.
    response.addField("Content-Security-Policy", policy)
    response.write(begin)
    response.write(isReady ? "ok>ready" : "bad>draining")
    response.write(" &middot; version ")
    response.write(Version.current)
    response.write("</p><table>")
    row("Instances", metrics.gauges.instances, &response)
    row("Instances started", metrics.instancesStarted, &response)
    row("Seconds since the start", UInt64(clamping: time) &- metrics.startTime, &response)
    row("Linear memory, KiB", metrics.gauges.memory / 1024, &response)
    row("Connections open", metrics.gauges.connectionsOpen, &response)
    row("Connections accepted", metrics.connectionsAccepted, &response)
    row("Connections timed out", metrics.connectionsTimedOut, &response)
    row("Requests answered", metrics.requests(answeredWith: 1...5), &response)
    row("with 2xx", metrics.requests(answeredWith: 2...2), &response)
    row("with 4xx", metrics.requests(answeredWith: 4...4), &response)
    row("with 5xx", metrics.requests(answeredWith: 5...5), &response)
    let count = metrics.durations.count
    row("Mean duration, &micro;s", count > 0 ? metrics.durations.sum / count / 1000 : 0, &response)
    row("KiB received", metrics.octetsReceived / 1024, &response)
    row("KiB sent", metrics.octetsSent / 1024, &response)
    #if StatusCharts
      appendWorkers(to: &response)
    #endif
    response.write(end)
  }

  #if StatusCharts
    /// Has the response be the script of the charts. It is compressed: no browser is without gzip.
    static func appendScript(to response: inout Response) {
      response.contentType = "text/javascript"
      response.addField("Content-Encoding", "gzip")
      // The function returns a constant of that many octets.
      let octets = unsafe UnsafeBufferPointer(
        start: status_charts(), count: Int(STATUS_CHARTS_SIZE))
      response.write(unsafe Span(_unsafeElements: octets))
    }

    /// A row for each worker, where there is a scoreboard to read them from.
    private static func appendWorkers(to response: inout Response) {
      response.write("</table><table><tr><th>Worker<th>Open<th>Answered<th>KiB")
      var page = Scoreboard.Page()
      var number = 1
      while page.read(number) {
        response.write("<tr><td>")
        response.write(Int64(number &- 1))
        response.write("<td>")
        response.write(count: page.metrics.gauges.connectionsOpen)
        response.write("<td>")
        response.write(count: page.metrics.requests(answeredWith: 1...5))
        response.write("<td>")
        response.write(count: page.metrics.gauges.memory / 1024)
        number &+= 1
      }
    }
  #endif

  #if StatusCharts
    /// The script has its own path, and pages that show this one in a frame could have its button clicked.
    private static var policy: StaticString {
      """
      default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; \
      form-action 'self'; frame-ancestors 'none'
      """
    }
  #else
    private static var policy: StaticString {
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
    }
  #endif

  private static var begin: StaticString {
    """
    <!doctype html><html lang=en><meta charset=utf-8><meta name=viewport \
    content="width=device-width"><title>http_server</title><style>\
    html{color-scheme:light dark;background:canvas}body{font:16px/1.6 system-ui;margin:1em auto;max-width:28em;\
    padding:0 1em}table{width:100%}td{border-bottom:1px solid #8884}td+td{text-align:right}\
    .ok,.bad{border-left:.4em solid #292;padding-left:.5em}.bad{border-color:#c33}</style>\
    <main id=m><h1>http_server</h1><p class=
    """
  }

  #if StatusCharts
    private static var end: StaticString {
      """
      </table><p><a href=/metrics>metrics</a></p><details><summary>Draining …</summary><p>The server \
      answers what it has, and ends.</p><form method=post action=/drain><button>Begin to drain\
      </button></form></details></main><script src=/charts.js></script>

      """
    }
  #else
    /// (`m` is the element of that id. What the script puts into it goes on to the script itself, which is not run
    /// there.)
    private static var end: StaticString {
      """
      </table><p><a href=/metrics>metrics</a></p></main><script>setInterval(async()=>{try{m.innerHTML=\
      (await(await fetch("/")).text()).split("id=m>")[1]}catch{m.children[1].outerHTML=\
      "<p class=bad>no answer"}},2000)</script>

      """
    }
  #endif

  @inline(never)
  private static func row(_ name: StaticString, _ value: UInt64, _ response: inout Response) {
    response.write("<tr><td>")
    response.write(name)
    response.write("<td>")
    response.write(count: value)
  }
}
