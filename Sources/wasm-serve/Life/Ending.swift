import WasmHost

/// Signals, drains, and the deadlines that end them.
extension ServiceLife {
  mutating func handleSignal(_ number: Int32, at now: Time) {
    if wasSignalled { return act(.exit(.signal(number))) }
    wasSignalled = true
    // The first one behind /drain is Kubernetes': it follows preStop at once, and changes nothing.
    guard ending == nil else { return }
    act(.report(.draining(signal: number)))
    end(.success, at: now)
  }

  /// Has all instances drain; the service ends with the last of them.
  mutating func end(_ status: ExitStatus, at now: Time) {
    guard ending == nil else { return }
    ending = End(status: status, deadline: now + limits.drain)
    act(.tellManager(.stopping))
    // In this order: an instance that is refused a socket because none is kept any more finds that
    // the end has begun.
    for generation in [candidate, current].compactMap(\.self) {
      act(.drain(generation: generation.number, .end))
    }
    act(.closeListeners)
  }

  mutating func checkDeadlines(at now: Time) {
    if let ending, now >= ending.deadline {
      act(.report(.notDrainedInTime))
      return act(.exit(.drainTimeout))
    }
    if case .running(let deadline) = compilation, now >= deadline { handleCompileTimeout(at: now) }
    for place in retiring.indices {
      guard let deadline = retiring[place].deadline, now >= deadline else { continue }
      act(.report(.replacedNotDrainedInTime(generation: retiring[place].number)))
      act(.terminate(generation: retiring[place].number))
      retiring[place].deadline = nil
    }
    if let deadline = candidate?.deadline, ending == nil, now >= deadline {
      if current == nil {
        promote(at: now)
      } else {
        reject(.notReadyInTime, terminates: true, at: now)
      }
    }
  }
}
