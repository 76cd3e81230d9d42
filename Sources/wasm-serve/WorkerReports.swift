import Logging
import WasmHost

/// What instances report, and what becomes of the service by it.
extension Supervisor {
  /// - Returns: the exit status of a service that is over.
  func handle(_ report: Report) -> Int32? {
    switch report {
    case .loaded(let result): return handleLoaded(result)
    case .worker(let generation, let worker, let event):
      return handle(event, of: worker, in: generation)
    }
  }

  private func handle(_ event: Worker.Event, of worker: Int, in generation: Int) -> Int32? {
    switch event {
    case .listening(let address):
      if let candidate, candidate.number == generation {
        candidate.addresses.append(address)
        if current == nil {
          candidateDeadline = Clock.monotonic.now + Supervisor.listeningLimit
        }
      } else if ending == nil, addresses.insert(address).inserted {
        // A further socket of the module's. All workers have the same ones, and so has a successor.
        tell(address)
      }
    case .waiting:
      return noteWaiting(worker, in: generation)
    case .drainRequested:
      guard (current ?? candidate)?.number == generation, ending == nil else { return nil }
      logger.info("draining", metadata: ["timeout_s": .stringConvertible(options.drainTimeout)])
      end(status: 0)
    case .trapped(let trap, let pause):
      if let candidate, candidate.number == generation, current != nil {
        reject("it trapped: \(reason(of: trap))")
        return nil
      }
      logger.error(
        "the module trapped, its connections are closed, another instance takes its place",
        metadata: [
          "reason": "\(reason(of: trap))", "worker": .stringConvertible(worker),
          "backtrace": "\(trap.frames.map(\.description).joined(separator: ", "))",
          "pause_ms": milliseconds(pause),
        ])
    case .failedToStart(let reason, let pause):
      if let candidate, candidate.number == generation, current != nil {
        reject(reason)
        return nil
      }
      logger.error(
        "an instance that was to take another's place has not started, the next try follows",
        metadata: [
          "reason": "\(reason)", "worker": .stringConvertible(worker),
          "pause_ms": milliseconds(pause),
        ])
    case .ended(let result):
      return handle(result, of: worker, in: generation)
    }
    return nil
  }

  func tell(_ address: String) {
    logger.info("\(source.name) listens on \(address) too")
  }

  private func noteWaiting(_ worker: Int, in generation: Int) -> Int32? {
    guard let starting = candidate ?? current, starting.number == generation, ending == nil else {
      return nil
    }
    do throws(HostError) {
      try starting.noteWaiting(worker)
    } catch {
      if candidate != nil, current != nil {
        reject(error.description)
      } else {
        wasm_serve.complain(error.description)
        end(status: ExitStatus.of(error))
      }
      return nil
    }
    if let candidate, candidate.isReady { promote(candidate) }
    return nil
  }

  private func handle(
    _ result: Worker.Ending, of worker: Int, in generation: Int
  ) -> Int32? {
    if let candidate, candidate.number == generation {
      candidate.noteEnd()
      if ending != nil {
        // Nothing that it was about to do counts any more.
        if candidate.running == 0 { self.candidate = nil }
      } else if current != nil {
        reject(result.description)
      } else if candidate.running == 0 {
        // It never was a service: a module that runs and ends, though it may have listened.
        if !candidate.addresses.isEmpty { logStart(of: candidate, isFirst: true) }
        complain(of: result)
        return status(of: result)
      } else {
        (self.candidate, current) = (nil, candidate)
        note(result)
      }
    } else if let current, current.number == generation {
      current.noteEnd()
      note(result)
      if current.running == 0 { self.current = nil }
    } else if let place = retiring.firstIndex(where: { $0.generation.number == generation }) {
      retiring[place].generation.noteEnd()
      if case .ended(.trapped(let trap)) = result, retiring[place].deadline != .max {
        logger.error(
          "the module trapped while it drained, its connections are closed",
          metadata: ["reason": "\(reason(of: trap))", "worker": .stringConvertible(worker)])
      }
      if retiring[place].generation.running == 0 { retiring.remove(at: place) }
    }
    return nil
  }

  /// One of the service's workers has come to its end: so does the service.
  private func note(_ result: Worker.Ending) {
    var status = status(of: result)
    if case .ended(.trapped(let trap)) = result, ending == nil {
      logger.error("the module crashed too often", metadata: ["reason": "\(trap.message)"])
      status = ExitStatus.crashLoop
    } else {
      complain(of: result)
    }
    if ending == nil {
      end(status: status)
    } else if ending?.status == 0 {
      ending?.status = status
    }
  }

  private func status(of result: Worker.Ending) -> Int32 {
    switch result {
    case .ended(.exited(let status)):
      // A process has eight bits of it; a failure stays one.
      status == 0 ? 0 : max(Int32(status & 0xff), 1)
    case .ended(.trapped): ExitStatus.software
    case .refused(let error): ExitStatus.of(error)
    }
  }

  private func complain(of result: Worker.Ending) {
    switch result {
    case .ended(.exited): break
    case .ended(.trapped(let trap)): wasm_serve.complain(trap)
    case .refused(let error): wasm_serve.complain(error.description)
    }
  }

  private func reason(of trap: Trap) -> String {
    trap.isInterrupt ? "a handler took longer than --handler-timeout" : trap.message
  }
}

/// From nanoseconds.
func milliseconds(_ nanoseconds: UInt64) -> Logger.MetadataValue {
  .stringConvertible(Decimal(thousandths: nanoseconds / 1000))
}
