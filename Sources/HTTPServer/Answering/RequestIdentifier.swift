import HTTPCodec
import HTTPService
import Memory
import Sockets

/// Finds the names of requests, and makes names for those that have none.
struct RequestIdentifier: ~Copyable {
  /// Longer names are not taken over.
  private static var longest: Int { 128 }

  /// Taken from the system so many at a time, since each call of it costs as much as a log line.
  private var randomNumbers = FixedArray<UInt64>()
  private var unusedNumbers = 0

  /// Takes the memory of the random numbers. - Returns: false when there is not enough.
  @inline(never)
  mutating func reserve() -> Bool { randomNumbers.reserve(32, repeating: 0) }

  /// Names a request, if its client has named it or a new name is wanted, and adds the name to the
  /// response.
  ///
  /// - Parameters:
  ///   - isNamed: whether X-Request-Id or traceparent is among the fields.
  ///   - isShared: whether a page of another origin may read the response: it is told then that it may
  ///     read this field, and which server it is (Fetch standard, "CORS-exposed header-name list").
  ///   - made: the memory of a new name.
  @inline(__always)
  @_lifetime(copy fields, &made)
  mutating func identify(
    _ fields: Fields, isNamed: Bool, orMakeNew makesNew: Bool,
    in made: inout InlineArray<32, UInt8>, isShared: Bool = false, _ response: inout Response
  ) -> RequestIdentity? {
    guard isNamed || makesNew else { return nil }
    return identify(
      isNamed ? fields : Fields(), orMakeNew: makesNew, in: &made, isShared: isShared, &response)
  }

  @inline(never)
  @_lifetime(copy fields, &made)
  private mutating func identify(
    _ fields: Fields, orMakeNew makesNew: Bool, in made: inout InlineArray<32, UInt8>,
    isShared: Bool, _ response: inout Response
  ) -> RequestIdentity? {
    guard let identity = find(fields, orMakeNew: makesNew, in: &made) else { return nil }
    response.addField("X-Request-Id", identity.id)
    if isShared {
      response.fields.append(text: "Access-Control-Expose-Headers: Server, X-Request-Id\r\n")
    }
    return identity
  }

  /// The value of X-Request-Id if it can be taken over, else the trace's, else a new name, if one is
  /// wanted.
  @_lifetime(copy fields, &made)
  private mutating func find(
    _ fields: Fields, orMakeNew makesNew: Bool, in made: inout InlineArray<32, UInt8>
  ) -> RequestIdentity? {
    if !fields.isEmpty {
      let traceID = traceID(of: fields)
      if let id = fields["x-request-id"], isUsable(id) {
        return RequestIdentity(id, traceID: traceID)
      }
      if let traceID { return RequestIdentity(traceID, traceID: traceID) }
    }
    guard makesNew else { return nil }
    fill(&made)
    return RequestIdentity(made.span, traceID: nil)
  }

  /// Writes 32 hexadecimal digits at random.
  private mutating func fill(_ name: inout InlineArray<32, UInt8>) {
    var span = name.mutableSpan
    // Any octets may be stored in it, and each store checks its place.
    var octets = unsafe span.mutableBytes
    var number: UInt64 = 0
    for place in 0..<8 {
      number = place % 4 == 0 ? nextRandomNumber() : number &>> 16
      let digits = UInt16(truncatingIfNeeded: number).hexadecimalDigits.littleEndian
      octets.storeBytes(of: digits, toByteOffset: 4 &* place, as: UInt32.self)
    }
  }

  private mutating func nextRandomNumber() -> UInt64 {
    if unusedNumbers == 0 {
      SystemProcess.fillRandomly(&randomNumbers)
      unusedNumbers = randomNumbers.count
    }
    unusedNumbers &-= 1
    return randomNumbers[unusedNumbers]
  }

  /// Whether the name is one word that looks the same in every log.
  @_optimize(size)
  private func isUsable(_ id: Span<UInt8>) -> Bool {
    !id.isEmpty && id.count <= RequestIdentifier.longest
      && id.firstEscaped(from: 0) == id.count && id.split(at: .space).after == nil
  }

  /// The trace-id of `version "-" trace-id "-" parent-id "-" trace-flags` in lower-case hexadecimal
  /// digits; a later version may say more behind them (Trace Context 3.2.2).
  @_lifetime(copy fields)
  @_optimize(size)
  private func traceID(of fields: Fields) -> Span<UInt8>? {
    guard let traceparent = fields["traceparent"], traceparent.count >= 55 else { return nil }
    for i in 0..<55 {
      let isSeparator = i == 2 || i == 35 || i == 52
      guard isSeparator ? traceparent[i] == UInt8(ascii: "-") : isHexadecimal(traceparent[i]) else {
        return nil
      }
    }
    let version = traceparent.extracting(first: 2)
    if version == "ff" { return nil }
    if traceparent.count > 55, version == "00" || traceparent[55] != UInt8(ascii: "-") {
      return nil
    }
    let traceID = traceparent.extracting(3..<35)
    return isZero(traceID) || isZero(traceparent.extracting(36..<52)) ? nil : traceID
  }

  private func isHexadecimal(_ octet: UInt8) -> Bool {
    octet.isDigit || (octet >= UInt8(ascii: "a") && octet <= UInt8(ascii: "f"))
  }

  @inline(never)
  private func isZero(_ octets: Span<UInt8>) -> Bool {
    octets.allSatisfy { $0 == UInt8(ascii: "0") }
  }
}
