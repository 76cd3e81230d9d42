import Foundation

/// What a process holds, and what it has used of the processors, as /proc has it.
public struct ProcessUsage: Sendable {
  /// Memory in the machine, in octets.
  public let resident: Int
  /// Of it what is the process's own and no file: the guest's linear memory is part of that.
  public let anonymous: Int
  public let descriptors: Int
  public let threads: Int
  /// Of all its threads, in user and in kernel mode.
  public let cpuSeconds: Double

  public init(of process: pid_t) throws {
    let status = try ProcessUsage.read("/proc/\(process)/status")
    func number(_ name: String) throws -> Int {
      guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name + ":") }),
        let number = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first,
        let value = Int(number)
      else { throw TestFailure("no \(name) in /proc/\(process)/status") }
      return value
    }
    resident = try number("VmRSS") << 10
    anonymous = try number("RssAnon") << 10
    threads = try number("Threads")
    descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
    // proc(5): behind the name, which is in parentheses, utime and stime are the 12th and 13th.
    let stat = try ProcessUsage.read("/proc/\(process)/stat")
    let numbers = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
    guard numbers.count > 13, let user = Double(numbers[12]), let system = Double(numbers[13])
    else { throw TestFailure("cannot read /proc/\(process)/stat") }
    cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func read(_ path: String) throws -> String {
    guard let octets = FileManager.default.contents(atPath: path) else {
      throw TestFailure("cannot read \(path): the process has ended")
    }
    return String(decoding: octets, as: UTF8.self)
  }
}

extension ServerProcess {
  public func usage() throws -> ProcessUsage { try ProcessUsage(of: program.identifier) }

  /// The figure in the line that the server writes at start: so much memory connections may hold.
  public func memoryLimit() throws -> Int {
    try program.wait(in: .errors, for: "memory_limit") { log in
      guard let range = log.firstRange(of: /memory_limit=[0-9]+/) else { return nil }
      return Int(log[range].dropFirst("memory_limit=".count))
    }
  }

  /// The figure in the host's start line, for the whole process.
  public func memoryTotal() throws -> Int { try program.memoryTotal() }
}

extension Program {
  /// The figure in wasm-serve's start line, for the whole process.
  public func memoryTotal() throws -> Int {
    try wait(in: .errors, for: "memory_total") { log in
      guard let range = log.firstRange(of: /memory_total=[0-9]+[MG]/) else { return nil }
      let text = log[range].dropFirst("memory_total=".count)
      return Int(text.dropLast()).map { $0 << (text.last == "G" ? 30 : 20) }
    }
  }
}
