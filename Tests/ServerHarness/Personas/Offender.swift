/// Sends what is wrong, and must be told so, with one answer that is the last.
public final class Offender: Persona {
  private let offence: Offence
  private var reader = ResponseReader()
  private var hasReceived = false
  private var isAnswered = false

  public init(_ offence: Offence) { self.offence = offence }

  public func connected(_ wire: Wire) {
    wire.send(offence.octets)
    if offence.finishesSending { wire.finishSending() }
    if offence.endless != nil { wire.wake(afterMilliseconds: 1) }
  }

  public func woken(_ wire: Wire) {
    guard let endless = offence.endless, !isAnswered else { return }
    if !wire.hasUnsent { wire.send(endless) }
    wire.wake(afterMilliseconds: 1)
  }

  public func received(_ octets: UnsafeRawBufferPointer, _ wire: Wire) throws {
    hasReceived = true
    reader.append(octets)
    while let response = try reader.next() {
      if response.isInterim { continue }
      guard !isAnswered, offence.statuses.contains(response.status) else {
        throw TestFailure(
          "\(offence.name), \(wire.octetsSent) octets, was answered with \(response.status) "
            + response.text)
      }
      if let content = offence.content, response.text != content {
        throw TestFailure("\(offence.name) was answered with \(response.text)")
      }
      isAnswered = offence.content == nil || offence.finishesSending
      wire.tally.note { $0.statuses[response.status, default: 0] += 1 }
    }
  }

  public func ended(_ end: Wire.End, _ wire: Wire) throws {
    if isAnswered || offence.endsUnanswered || end == .refused { return }
    guard !hasReceived else { throw TestFailure("\(offence.name) got half an answer: \(end)") }
    wire.tally.note {
      $0.cutOff += 1
      if $0.cutOffTexts.count < 5 {
        $0.cutOffTexts.append("\(offence.name), \(wire.octetsSent) octets: \(end)")
      }
    }
  }
}
