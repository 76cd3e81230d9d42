import HTTPCodec

/// What a request is called, in logs and in its response (X-Request-Id), so that a client's
/// complaint and a line of a log can be brought together.
struct RequestIdentity {
  let id: Octets
  /// The trace that it is a part of (W3C Trace Context).
  let traceID: Octets?
}

/// Finds the names of requests, and makes names for those that have none.
struct RequestIdentifier: ~Copyable {
  /// Longer ones are not taken over.
  private static var longest: Int { 128 }

  private var generator = SystemRandomNumberGenerator()
  private var made = OctetBuffer(limit: 32)

  /// X-Request-Id if it can be taken over, else the trace's, else a new one, if one is wanted. Valid
  /// until the next call, and as long as the request is.
  @inline(never)
  mutating func identify(_ fields: Fields, orMakeNew makesNew: Bool) -> RequestIdentity? {
    let traceID = fields["traceparent"].flatMap { trace(of: $0) }
    if let id = fields["x-request-id"], isUsable(id) {
      return RequestIdentity(id: id, traceID: traceID)
    }
    if let traceID { return RequestIdentity(id: traceID, traceID: traceID) }
    guard makesNew else { return nil }
    made.removeAll()
    for _ in 0..<2 {
      var number = generator.next()
      for _ in 0..<8 {
        made.append(hexadecimal: UInt8(truncatingIfNeeded: number))
        number >>= 8
      }
    }
    return RequestIdentity(id: made.octets, traceID: nil)
  }

  /// One word that looks the same in every log.
  private func isUsable(_ id: Octets) -> Bool {
    !id.isEmpty && id.count <= RequestIdentifier.longest
      && id.allSatisfy {
        $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }
  }

  /// The trace-id of `version "-" trace-id "-" parent-id "-" trace-flags` in lower-case hexadecimal
  /// digits; a later version may say more behind them (Trace Context 3.2.2).
  private func trace(of traceparent: Octets) -> Octets? {
    guard traceparent.count >= 55, traceparent[2] == UInt8(ascii: "-"),
      traceparent[35] == UInt8(ascii: "-"), traceparent[52] == UInt8(ascii: "-"),
      isHexadecimal(traceparent[0..<2]), isHexadecimal(traceparent[53..<55])
    else { return nil }
    let version = traceparent[0..<2]
    if version == "ff" || version == "00" && traceparent.count > 55 { return nil }
    if traceparent.count > 55, traceparent[55] != UInt8(ascii: "-") { return nil }
    let trace = traceparent[3..<35]
    let parent = traceparent[36..<52]
    guard isHexadecimal(trace), isHexadecimal(parent), !isZero(trace), !isZero(parent) else {
      return nil
    }
    return trace
  }

  @inline(never)
  private func isHexadecimal(_ octets: Octets) -> Bool {
    octets.allSatisfy {
      $0.isDigit || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "f"))
    }
  }

  private func isZero(_ octets: Octets) -> Bool {
    octets == Octets("00000000000000000000000000000000")[0..<octets.count]
  }
}
