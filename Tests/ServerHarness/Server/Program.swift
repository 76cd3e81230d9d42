import Foundation

/// A program that runs beside the test. What it writes is collected; it is killed at the latest
/// when nobody refers to it any more.
public final class Program: Sendable {
  /// Standard output or standard error, of which threads read all there is.
  public enum Stream: Int { case output, errors }

  public struct Result {
    /// The exit status; 128 and the signal's number when a signal ended it.
    public let status: Int32
    public let output: String
    public let errors: String

    public var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
  }

  /// What is not the same for a test of seconds and a soak of hours.
  public struct Traits: Sendable {
    /// In a process group of its own, which Ctrl-C in a terminal does not reach.
    public var isInOwnGroup = false
    /// Of what it writes, the begin and at least so many octets of the end are kept.
    public var keptOctets = Int.max

    public init(isInOwnGroup: Bool = false, keptOctets: Int = .max) {
      self.isInOwnGroup = isInOwnGroup
      self.keptOctets = keptOctets
    }
  }

  public let identifier: pid_t
  private let state: State
  private static let starting = NSLock()

  /// - Parameter environment: all that the program has of an environment.
  public init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    traits: Traits = Traits()
  ) throws {
    // One at a time: a program must not inherit the pipes of another, whose end would not be seen.
    Program.starting.lock()
    defer { Program.starting.unlock() }
    let pipes = try (0..<2).map { _ in try makePipe() }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (place, pipe) in pipes.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, pipe.write, Int32(place + 1))
    }
    // Whatever signals this process blocks or ignores, the program begins as from a shell.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let ownGroup = traits.isInOwnGroup ? Int16(POSIX_SPAWN_SETPGROUP) : 0
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | ownGroup)

    let words = ([path] + arguments).map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var identifier = pid_t()
    let result = posix_spawn(&identifier, path, &actions, &attributes, words, variables)
    for pipe in pipes { close(pipe.write) }
    guard result == 0 else {
      for pipe in pipes { close(pipe.read) }
      throw TestFailure("cannot start \(path): \(String(cString: strerror(result)))")
    }
    self.identifier = identifier
    let state = State(keptOctets: traits.keptOctets)
    self.state = state
    for (place, pipe) in pipes.enumerated() {
      inBackground { state.collect(from: pipe.read, place) }
    }
    inBackground { [identifier] in state.awaitEnd(of: identifier) }
  }

  deinit { signal(SIGKILL) }

  /// Sends a signal, unless the program has ended.
  public func signal(_ number: Int32) { state.signal(number, to: identifier) }

  public func text(of stream: Stream) -> String { state.text(stream.rawValue) }

  /// Waits until there is what `find` looks for in what the program has written.
  @discardableResult
  public func wait<Found>(
    in stream: Stream, for what: String, seconds: Double = 60, _ find: (String) -> Found?
  ) throws -> Found {
    try state.wait(stream.rawValue, for: what, seconds: seconds, find)
  }

  /// Waits until a text occurs.
  public func wait(in stream: Stream = .errors, for part: String) throws {
    try wait(in: stream, for: part) { $0.contains(part) ? true : nil }
  }

  /// The exit status; nil while it runs.
  public var status: Int32? { state.currentStatus }

  /// Waits for the program's end.
  public func finish(seconds: Double = 60) throws -> Result {
    let status = try state.waitForEnd(seconds: seconds)
    return Result(
      status: status, output: state.text(Stream.output.rawValue),
      errors: state.text(Stream.errors.rawValue))
  }
}

private func makePipe() throws -> (read: Int32, write: Int32) {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { throw TestFailure("pipe: \(errno)") }
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  return (ends[0], ends[1])
}

/// What the threads of a program and its owner share; `changed` guards all of it.
private final class State: @unchecked Sendable {
  private let changed = NSCondition()
  private var bytes: [[UInt8]] = [[], []]
  private var openStreams = 2
  private var status: Int32?
  private let keptOctets: Int

  init(keptOctets: Int) { self.keptOctets = keptOctets }

  var currentStatus: Int32? { changed.withLock { status } }

  func collect(from descriptor: Int32, _ place: Int) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      changed.withLock {
        if count > 0 { append(buffer[..<count], place) } else { openStreams -= 1 }
        changed.broadcast()
      }
      if count <= 0 { break }
    }
    close(descriptor)
  }

  private func append(_ octets: ArraySlice<UInt8>, _ place: Int) {
    bytes[place] += octets
    let beginning = 16_384
    if keptOctets < .max, bytes[place].count > beginning + 2 * keptOctets {
      bytes[place].removeSubrange(beginning..<bytes[place].count - keptOctets)
    }
  }

  func awaitEnd(of identifier: pid_t) {
    // Seen first and reaped under the lock: a signal never goes to somebody else's process.
    var information = siginfo_t()
    while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
    changed.withLock {
      var value: Int32 = 0
      waitpid(identifier, &value, 0)
      status = value & 0x7f == 0 ? (value >> 8) & 0xff : 128 + (value & 0x7f)
      changed.broadcast()
    }
  }

  func signal(_ number: Int32, to identifier: pid_t) {
    changed.withLock { if status == nil { kill(identifier, number) } }
  }

  func text(_ place: Int) -> String {
    changed.withLock { String(decoding: bytes[place], as: UTF8.self) }
  }

  func wait<Found>(
    _ place: Int, for what: String, seconds: Double, _ find: (String) -> Found?
  ) throws -> Found {
    let limit = Date(timeIntervalSinceNow: seconds)
    return try changed.withLock {
      while true {
        let text = String(decoding: bytes[place], as: UTF8.self)
        if let found = find(text) { return found }
        if openStreams == 0, status != nil {
          throw TestFailure("ended without \(what): \(text)")
        }
        guard changed.wait(until: limit) else {
          throw TestFailure("no \(what) in \(seconds) s: \(text)")
        }
      }
    }
  }

  func waitForEnd(seconds: Double) throws -> Int32 {
    let limit = Date(timeIntervalSinceNow: seconds)
    return try changed.withLock {
      while true {
        if let status, openStreams == 0 { return status }
        guard changed.wait(until: limit) else {
          throw TestFailure(
            "has not ended in \(seconds) s: \(String(decoding: bytes[1], as: UTF8.self))")
        }
      }
    }
  }
}
