import WasmHost

/// From the module's file to the current generation.
extension ServiceLife {
  mutating func load(at now: Time) {
    compilation = .running(deadline: now + limits.compile)
    act(.load)
  }

  mutating func replace(at now: Time) {
    guard ending == nil else { return }
    guard compilation == .none, candidate == nil else {
      // One at a time: the file is read again when this one is settled.
      wantsReplacement = true
      return
    }
    act(.tellManager(.reloading))
    load(at: now)
  }

  /// - Parameter error: nil for a module that is compiled.
  mutating func handleLoaded(_ error: HostError?, at now: Time) {
    let isAbandoned = compilation == .abandoned
    compilation = .none
    guard ending == nil else { return }
    if isAbandoned {
      replaceIfWanted(at: now)
    } else if wantsReplacement {
      // What was read is not the newest any more.
      wantsReplacement = false
      load(at: now)
    } else if let error {
      fail(error, at: now)
    } else {
      newest += 1
      candidate = Generation(
        number: newest, hasAllWorkers: workers == 1,
        // (A first module may take its time: it may be one that does not listen.)
        deadline: current == nil ? nil : now + limits.start)
      act(.create(generation: newest))
      // The first worker's instance shows whether the module can be run at all.
      act(.startWorkers(generation: newest, workers: 0..<1))
    }
  }

  /// What follows from a module that cannot be loaded or started.
  private mutating func fail(_ error: HostError, at now: Time) {
    guard current == nil else { return reject(.failed(error), at: now) }
    act(.report(.failed(error)))
    act(.exit(ExitStatus(error)))
  }

  mutating func handleCompileTimeout(at now: Time) {
    compilation = .abandoned
    guard ending == nil else { return }
    guard current == nil else { return reject(.notCompiledInTime, at: now) }
    act(.report(.notCompiledInTime))
    act(.exit(.badModule))
  }

  mutating func handleNotStarted(
    _ count: Int, of generation: Int, _ error: HostError, at now: Time
  ) {
    if candidate?.number == generation {
      candidate?.running -= count
      if candidate?.running == 0 {
        candidate = nil
        act(.forget(generation: generation))
        guard ending == nil else { return }
        return fail(error, at: now)
      }
      if current != nil { return reject(.failed(error), at: now) }
    } else if current?.number == generation {
      current?.running -= count
    } else {
      return
    }
    guard ending == nil else { return }
    act(.report(.failed(error)))
    end(ExitStatus(error), at: now)
  }

  /// An instance waits for connections. The first one has opened its sockets: now the other workers start,
  /// which are to have the same, on the same ports where the kernel has chosen them.
  mutating func noteWaiting(_ worker: Int, in generation: Int, at now: Time) {
    guard ending == nil else { return }
    if candidate?.number == generation {
      if candidate?.noteWaiting(worker, of: workers) == true { startOthers(of: generation) }
      if candidate?.ready.count == workers { promote(at: now) }
    } else if current?.number == generation {
      if current?.noteWaiting(worker, of: workers) == true { startOthers(of: generation) }
    }
  }

  private mutating func startOthers(of generation: Int) {
    act(.startWorkers(generation: generation, workers: 1..<workers))
  }

  // MARK: The candidate's end

  /// All workers of the candidate wait for connections, or a first one has had its time: it is the service
  /// from now on.
  mutating func promote(at now: Time) {
    guard let candidate else { return }
    let old = current
    (self.candidate, current) = (nil, candidate)
    current?.deadline = nil
    guard let old else { return act(.checkPassedSockets) }
    act(.tellManager(.ready))
    reportService(of: candidate, isFirst: false)
    retire(old, at: now)
    replaceIfWanted(at: now)
  }

  /// The first generation serves, unless it has left a socket alone that a service manager listens on for it.
  mutating func handlePassedSockets(unused: [String], at now: Time) {
    guard let current, ending == nil else { return }
    guard unused.isEmpty else {
      act(.report(.passedSocketsUnused(unused)))
      return end(.configuration, at: now)
    }
    act(.tellManager(.ready))
    reportService(of: current, isFirst: true)
    replaceIfWanted(at: now)
  }

  mutating func reportService(of generation: Generation, isFirst: Bool) {
    let new = generation.addresses.filter { reportedAddresses.insert($0).inserted }
    act(.report(.serves(addresses: new, isFirst: isFirst)))
  }

  /// Gives the candidate up, as far as it has come; what serves goes on.
  ///
  /// - Parameter terminates: without waiting for what it has accepted.
  mutating func reject(_ reason: Rejection, terminates: Bool = false, at now: Time) {
    if let candidate {
      self.candidate = nil
      retire(candidate, at: now)
      if terminates { act(.terminate(generation: candidate.number)) }
    }
    guard ending == nil else { return }
    act(.tellManager(.ready))
    act(.report(.notReplaced(reason)))
    replaceIfWanted(at: now)
  }

  private mutating func replaceIfWanted(at now: Time) {
    guard wantsReplacement else { return }
    wantsReplacement = false
    replace(at: now)
  }

  /// Has a generation finish what it has accepted.
  private mutating func retire(_ generation: Generation, at now: Time) {
    act(.releaseListeners(generation: generation.number))
    act(.drain(generation: generation.number, .handOver))
    guard generation.running > 0 else { return act(.forget(generation: generation.number)) }
    var generation = generation
    generation.deadline = now + limits.drain
    retiring.append(generation)
  }
}

extension ServiceLife.Generation {
  /// - Returns: whether the other workers are to start now.
  fileprivate mutating func noteWaiting(_ worker: Int, of workers: Int) -> Bool {
    ready.insert(worker)
    guard !hasAllWorkers else { return false }
    hasAllWorkers = true
    running += workers - 1
    return true
  }
}
