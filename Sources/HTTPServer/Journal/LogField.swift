import Memory

/// A field of the server's own lines: its name with what stands around it in JSON, which is appended as it is.
struct LogField {
  let octets: ImmortalOctets

  private init(_ octets: StaticString) { self.octets = ImmortalOctets(octets) }

  static var method: LogField { LogField(#","method":"#) }
  static var target: LogField { LogField(#","target":"#) }
  static var route: LogField { LogField(#","route":"#) }
  static var status: LogField { LogField(#","status":"#) }
  static var bytes: LogField { LogField(#","bytes":"#) }
  static var duration: LogField { LogField(#","duration_us":"#) }
  static var peer: LogField { LogField(#","peer":"#) }
  static var client: LogField { LogField(#","client":"#) }
  static var requestID: LogField { LogField(#","request_id":"#) }
  static var traceID: LogField { LogField(#","trace_id":"#) }
  static var userAgent: LogField { LogField(#","user_agent":"#) }
  static var reason: LogField { LogField(#","reason":"#) }
  static var requests: LogField { LogField(#","requests":"#) }
  static var lines: LogField { LogField(#","lines":"#) }
  static var address: LogField { LogField(#","address":"#) }
  static var version: LogField { LogField(#","version":"#) }
  static var memoryLimit: LogField { LogField(#","memory_limit":"#) }
  static var needed: LogField { LogField(#","needed":"#) }
  static var memory: LogField { LogField(#","memory":"#) }
  static var errno: LogField { LogField(#","errno":"#) }
  static var connections: LogField { LogField(#","connections":"#) }
}
