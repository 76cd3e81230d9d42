import Logging
import WasmHost

/// From the module's file to the current generation.
extension Supervisor {
  /// Has the file read and compiled, on a thread of its own: that may take long, and signals do not
  /// wait.
  func load() throws(HostError) {
    isLoading = true
    loadDeadline = Clock.monotonic.now + UInt64(options.compileTimeout) * 1_000_000_000
    do throws(HostError) {
      try source.load { [reports] result in reports.post(.loaded(result)) }
    } catch {
      isLoading = false
      loadDeadline = .max
      throw error
    }
  }

  /// A thread that compiles cannot be stopped, only ignored, and no other begins beside it.
  ///
  /// - Returns: the exit status of a service that cannot start.
  func giveUpLoad() -> Int32? {
    loadDeadline = .max
    hasGivenUpLoad = true
    guard ending == nil else { return nil }
    let reason = "it is not compiled within --compile-timeout (\(options.compileTimeout) s)"
    if current != nil {
      reject(reason)
      return nil
    }
    let error = HostError.excessive(path: source.path, reason: reason)
    complain(error.description)
    return ExitStatus.of(error)
  }

  /// Reads the module's file anew and starts what is in it. The old one goes on until the new one
  /// waits for connections, and if it never does.
  func replace() {
    guard ending == nil else { return }
    guard !isLoading, candidate == nil else {
      // One at a time: the file is read again when this one is settled.
      wantsReplacement = true
      return
    }
    manager.tell(.reloading)
    do throws(HostError) {
      try load()
    } catch {
      reject(error.description)
    }
  }

  /// - Returns: the exit status of a service that cannot start.
  func handleLoaded(_ result: Result<LoadedModule, HostError>) -> Int32? {
    isLoading = false
    loadDeadline = .max
    let isUnwanted = hasGivenUpLoad
    hasGivenUpLoad = false
    guard ending == nil else { return nil }
    if isUnwanted {
      replaceIfWanted()
      return nil
    }
    do throws(HostError) {
      if wantsReplacement {
        // What was read is not the newest any more.
        wantsReplacement = false
        try load()
      } else {
        try startCandidate(try source.take(result))
      }
    } catch {
      guard current == nil else {
        reject(error.description)
        return nil
      }
      complain(error.description)
      return ExitStatus.of(error)
    }
    return nil
  }

  private func startCandidate(_ module: Module) throws(HostError) {
    generations += 1
    candidate = try Generation(
      number: generations, module: module, configuration: configuration, workers: workers
    ) { [reports] generation, worker, event in
      reports.post(.worker(generation: generation, worker: worker, event))
    }
    // (A first module may take its time: it may be none that listens.)
    candidateDeadline = current == nil ? .max : Clock.monotonic.now + Supervisor.startLimit
  }

  /// Gives the new module up, as far as it has come; what runs goes on.
  ///
  /// - Parameter terminates: without waiting for what it has accepted.
  func reject(_ reason: String, terminates: Bool = false) {
    if let candidate {
      self.candidate = nil
      listeners.release(generation: candidate.number)
      retire(candidate)
      if terminates { candidate.terminate() }
    }
    source.forgetOrigin()
    guard ending == nil else { return }
    manager.tell(.ready)
    logger.error(
      "the module is not replaced, the old one goes on", metadata: ["reason": "\(reason)"])
    replaceIfWanted()
  }

  private func replaceIfWanted() {
    guard wantsReplacement else { return }
    wantsReplacement = false
    replace()
  }

  /// All workers of the candidate wait for connections: it is the service from now on.
  func promote(_ generation: Generation) {
    let old = current
    (candidate, current) = (nil, generation)
    let unused = listeners.unusedInherited
    if old == nil, !unused.isEmpty {
      complain(
        "the module does not listen on what was passed on (LISTEN_FDS): "
          + unused.map(\.description).joined(separator: ", ")
          + "; its PORT or ADMIN_PORT must be the same")
      return end(status: ExitStatus.configuration)
    }
    manager.tell(.ready)
    logStart(of: generation, isFirst: old == nil)
    if let old {
      listeners.release(generation: old.number)
      retire(old)
    }
    replaceIfWanted()
  }

  /// Has a generation finish what it has accepted.
  private func retire(_ generation: Generation) {
    generation.drain.begin(.handOver)
    guard generation.running > 0 else { return }
    let limit = UInt64(options.drainTimeout) * 1_000_000_000
    retiring.append((generation, Clock.monotonic.now + limit))
  }

  func logStart(of generation: Generation, isFirst: Bool) {
    // What it tells takes time to find out.
    guard logger.logLevel <= .info else {
      source.forgetOrigin()
      return
    }
    let news = generation.addresses.filter { addresses.insert($0).inserted }
    let text =
      isFirst
      ? "\(source.name) listens on \(news.first ?? "?"), Ctrl-C drains and stops it"
      : "\(source.name) is replaced"
    var limits: Logger.Metadata = [
      "memory": "\(options.memory)", "workers": .stringConvertible(workers),
      "memory_total": "\(options.memoryTotal(workers: workers, configuration))",
      "drain_timeout_s": .stringConvertible(options.drainTimeout),
    ]
    if let most = options.maxConnections { limits["connections"] = .stringConvertible(most) }
    if options.handlerTimeout > 0 {
      limits["handler_timeout_ms"] = .stringConvertible(Int(options.handlerTimeout * 1000))
    }
    var facts: Logger.Metadata = [
      "version": "\(version)", "wasmtime": "\(Engine.version)",
      "confined": "\(confinement)",
      "start_ms": milliseconds(Clock.monotonic.now - (isFirst ? start : source.loadedAt)),
    ]
    if let origin = source.takeOrigin() {
      // The whole file's, as sha256sum(1) has it.
      facts["module"] = "\(origin.digest.prefix(12))"
      facts["cache"] = "\(origin.result)"
      if origin.containsNativeCode { facts["native_code"] = .stringConvertible(true) }
    }
    logger.info("\(text)", metadata: facts.merging(limits) { $1 })
    for address in isFirst ? news.dropFirst() : news[...] { tell(address) }
  }
}
