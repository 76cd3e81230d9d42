import WasmHost

/// What workers tell, and what becomes of the service by it.
extension ServiceLife {
  mutating func handle(
    _ event: Worker.Event, of worker: Int, in generation: Int, at now: Time
  ) {
    let isCandidate = candidate?.number == generation
    switch event {
    case .listening(let address):
      if isCandidate {
        candidate?.addresses.append(address)
        if current == nil { candidate?.deadline = now + limits.listening }
      } else if ending == nil, reportedAddresses.insert(address).inserted {
        // All workers have the same ones, and so has a successor.
        act(.report(.listensToo(address: address)))
      }
    case .waiting: noteWaiting(worker, in: generation, at: now)
    case .drainRequested:
      guard (current ?? candidate)?.number == generation, ending == nil else { return }
      act(.report(.draining(signal: nil)))
      end(.success, at: now)
    case .trapped(let trap, let pause):
      if isCandidate, current != nil { return rejectUnlessEnding(.trapped(trap), at: now) }
      act(.report(.trapped(trap, worker: worker, pause: pause)))
    case .failedToStart(let reason, let pause):
      if isCandidate, current != nil { return rejectUnlessEnding(.failedToStart(reason), at: now) }
      act(.report(.failedToStart(reason: reason, worker: worker, pause: pause)))
    case .ended(let result):
      if isCandidate {
        candidate?.running -= 1
        endOfCandidate(result, at: now)
      } else if current?.number == generation {
        current?.running -= 1
        endOfService(result, at: now)
      } else if let place = retiring.firstIndex(where: { $0.number == generation }) {
        endOfRetiring(place, worker, result)
      }
    }
  }

  /// A candidate that fails in a drain is drained as it would be without a fault.
  private mutating func rejectUnlessEnding(_ reason: Rejection, at now: Time) {
    if ending == nil { reject(reason, at: now) }
  }

  private mutating func endOfCandidate(_ result: Worker.Ending, at now: Time) {
    guard let candidate else { return }
    if ending != nil {
      // Nothing that it was about to do counts any more.
      if candidate.running == 0 { forgetCandidate() }
    } else if current != nil {
      reject(.ended(result), at: now)
    } else if candidate.running == 0 {
      // It never was a service: a module that runs and ends, though it may have listened.
      if !candidate.addresses.isEmpty { reportService(of: candidate, isFirst: true) }
      report(result)
      act(.exit(ExitStatus(result)))
    } else {
      (self.candidate, current) = (nil, candidate)
      endOfService(result, at: now)
    }
  }

  private mutating func forgetCandidate() {
    guard let number = candidate?.number else { return }
    candidate = nil
    act(.forget(generation: number))
  }

  /// One of the service's workers has come to its end: so does the service.
  private mutating func endOfService(_ result: Worker.Ending, at now: Time) {
    var status = ExitStatus(result)
    if case .ended(.trapped(let trap)) = result, ending == nil {
      act(.report(.crashedTooOften(trap)))
      status = .crashLoop
    } else {
      report(result)
    }
    if ending == nil {
      end(status, at: now)
    } else if ending?.status == .success {
      ending?.status = status
    }
    if let current, current.running == 0 {
      self.current = nil
      act(.forget(generation: current.number))
    }
  }

  private mutating func endOfRetiring(_ place: Int, _ worker: Int, _ result: Worker.Ending) {
    retiring[place].running -= 1
    // (Without a deadline it has been terminated, which is a trap as well.)
    if case .ended(.trapped(let trap)) = result, retiring[place].deadline != nil {
      act(.report(.trappedInDrain(trap, worker: worker)))
    }
    guard retiring[place].running == 0 else { return }
    act(.forget(generation: retiring[place].number))
    retiring.remove(at: place)
  }

  private mutating func report(_ result: Worker.Ending) {
    switch result {
    case .ended(.exited): break
    case .ended(.trapped(let trap)): act(.report(.ended(trap)))
    case .refused(let error): act(.report(.failed(error)))
    }
  }
}
