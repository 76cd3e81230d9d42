import HTTPCodec
import HTTPService

/// The admin port's page for people: the figures to look at first. It is complete without its script,
/// which reads it again every two seconds.
enum StatusPage {
  static func append(
    to response: inout Response, _ metrics: borrowing Metrics, isReady: Bool,
    at time: Int64
  ) {
    response.contentType = "text/html; charset=utf-8"
    // Nothing of it comes from elsewhere.
    response.addField(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
    )
    response.write(begin)
    response.write(isReady ? "<p class=ok>ready" : "<p class=bad>draining")
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
    response.write(end)
  }

  private static var begin: StaticString {
    """
    <!doctype html><html lang=en><meta charset=utf-8><meta name=viewport \
    content="width=device-width"><title>http_server</title><style>\
    body{font:16px/1.6 system-ui;margin:2em auto;max-width:28em;color-scheme:light dark}\
    table{width:100%}td{border-bottom:1px solid #8884}td+td{text-align:right}\
    .ok,.bad{border-left:.4em solid #292;padding-left:.5em}.bad{border-color:#c33}</style>\
    <h1>http_server</h1><main>
    """
  }

  private static var end: StaticString {
    """
    </table></main><p><a href=/metrics>metrics</a></p><script>const m=document.\
    querySelector("main");setInterval(async()=>{try{m.innerHTML=(await(await fetch("/"))\
    .text()).split(/<.?main>/)[1]}catch{m.firstChild.className="bad";\
    m.firstChild.textContent="no answer"}},2000)</script>

    """
  }

  @inline(never)
  private static func row(_ name: StaticString, _ value: UInt64, _ response: inout Response) {
    response.write("<tr><td>")
    response.write(name)
    response.write("<td>")
    response.write(count: value)
  }
}
