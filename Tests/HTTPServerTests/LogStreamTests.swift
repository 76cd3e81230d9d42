import Glibc
import HTTPCodec
import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// A pipe of which the test is the reader, slow or gone.
private final class Pipe {
  private(set) var readEnd: Int32
  let writeEnd: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    signal(SIGPIPE, SIG_IGN)
    (readEnd, writeEnd) = (ends[0], ends[1])
    _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
  }

  deinit {
    closeReadEnd()
    close(writeEnd)
  }

  func closeReadEnd() {
    if readEnd >= 0 { close(readEnd) }
    readEnd = -1
  }

  /// All that is in it now.
  func text() -> String {
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(readEnd, &buffer, buffer.count)
      guard count > 0 else { return String(decoding: text, as: UTF8.self) }
      text += buffer[..<count]
    }
  }
}

struct LogStreamTests {
  @Test("A line about lost lines that has to wait is not written twice")
  func toldOnce() throws {
    let (output, errors) = (try Pipe(), try Pipe())
    var log = log(to: output, errors)
    // Both readers are slow: of these lines only some wait, and what tells of the others has to wait as well.
    _ = fcntl(errors.writeEnd, F_SETFL, O_NONBLOCK)
    let junk = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)
    while write(errors.writeEnd, junk, junk.count) > 0 {}
    while write(errors.writeEnd, junk, 1) > 0 {}
    writeAccessLines(to: &log)
    var access = ""
    for second in 1...4 {
      log.time = Int64(second) * 2_000_000_000
      access += output.text()
      log.flush()
    }
    access += output.text()
    _ = errors.text()
    for second in 5...8 {
      log.time = Int64(second) * 2_000_000_000
      log.flush()
    }
    expectToldOnce(errors.text(), lostOf: access)
  }

  @Test("Lost lines that were told are not told again at the end")
  func toldOnceAtTheEnd() throws {
    let (output, errors) = (try Pipe(), try Pipe())
    var log = log(to: output, errors)
    writeAccessLines(to: &log)
    log.time = 2_000_000_000
    var access = output.text()
    log.flush()
    access += output.text()
    log.finish()
    access += output.text()
    expectToldOnce(errors.text(), lostOf: access)
  }

  private func log(to output: Pipe, _ errors: Pipe) -> LogOutput {
    var log = LogOutput(
      "http_server", level: .info, format: .text, output: output.writeEnd, errors: errors.writeEnd)
    let isReserved = log.reserve()
    #expect(isReserved)
    return log
  }

  /// Writes 3000 lines, which are more than a pipe and the log together hold.
  private func writeAccessLines(to log: inout LogOutput) {
    for _ in 0..<3000 {
      log.beginAccess()
      log.endAccess()
    }
  }

  /// Expects one line about all of the 3000 lines that did not come out.
  private func expectToldOnce(_ errors: String, lostOf access: String) {
    let lost = 3000 - access.split(separator: "\n").count
    let told = errors.split(separator: "\n")
    #expect(lost > 0 && told.count == 1 && told.first?.hasSuffix("lines=\(lost)") == true)
  }

  private func line(_ number: Int) -> String { "line \(number) " + "x".padding(to: 90) + "\n" }

  @Test("Lines come out as they went in")
  func inOrder() throws {
    let pipe = try Pipe()
    var stream = LogStream(descriptor: pipe.writeEnd)
    for number in 0..<10 { append(line(number), to: &stream) }
    #expect(pipe.text().isEmpty && stream.isWaiting)
    stream.flush()
    #expect(pipe.text() == (0..<10).map(line).joined())
    #expect(!stream.isWaiting && stream.lost == 0)
  }

  @Test("A reader that stops reading holds up nothing; whole lines are dropped, and counted")
  func fullPipe() throws {
    let pipe = try Pipe()
    var stream = LogStream(descriptor: pipe.writeEnd)
    // A pipe takes 64 KiB and so does the stream: two thousand lines are more than that.
    for number in 0..<2000 {
      append(line(number), to: &stream)
      stream.flush()
    }
    let lost = stream.takeLost()
    #expect(lost > 500 && lost < 2000)
    #expect(stream.isWaiting && stream.lost == 0)
    var text = pipe.text()
    while stream.isWaiting {
      stream.flush()
      text += pipe.text()
    }
    #expect(text == (0..<(2000 - Int(lost))).map(line).joined())
    append("and on it goes\n", to: &stream)
    stream.flush()
    #expect(pipe.text() == "and on it goes\n")
  }

  @Test("Lines that a full disk has no room for are counted, and the next one begins a line")
  func fullDisk() throws {
    let full = open("/dev/full", O_WRONLY)
    try #require(full >= 0)
    defer { close(full) }
    var stream = LogStream(descriptor: full)
    for number in 0..<30 { append(line(number), to: &stream) }
    stream.flush()
    let (isWaiting, lost) = (stream.isWaiting, stream.takeLost())
    #expect(!isWaiting && lost == 30)
  }

  /// In a process of its own, whose files have a largest size: what is beyond it is refused, as on a
  /// full disk.
  @Test("A file that takes half a line has its end before the next one")
  func halfLine() async {
    await #expect(processExitsWith: .success) {
      var name = Array("/tmp/log-stream-XXXXXX".utf8CString)
      let file = mkstemp(&name)
      guard file >= 0 else { exit(1) }
      unlink(name)
      signal(SIGXFSZ, SIG_IGN)
      var stream = LogStream(descriptor: file)
      append("first\n", to: &stream)
      stream.flush()
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      let before = limit.rlim_cur
      limit.rlim_cur = 10
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      append("second\n", to: &stream)
      append("third\n", to: &stream)
      stream.flush()
      limit.rlim_cur = before
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      guard !stream.isWaiting, stream.takeLost() == 2 else { exit(2) }
      append("fourth\n", to: &stream)
      stream.flush()
      var text = [UInt8](repeating: 0, count: 100)
      let count = pread(file, &text, text.count, 0)
      let expected = "first\nseco\nfourth\n"
      exit(String(decoding: text[..<max(count, 0)], as: UTF8.self) == expected ? 0 : 3)
    }
  }

  @Test("Lines for a reader that has gone are given up at once, and counted")
  func closedPipe() throws {
    let pipe = try Pipe()
    var stream = LogStream(descriptor: pipe.writeEnd)
    pipe.closeReadEnd()
    for number in 0..<2000 { append(line(number), to: &stream) }
    stream.flush()
    #expect(!stream.isWaiting && stream.lost == 2000)
  }
}

extension String {
  fileprivate func padding(to count: Int) -> String { String(repeating: self, count: count) }
}

private func append(_ line: String, to stream: inout LogStream) {
  var buffer = OctetBuffer(limit: 200)
  buffer.append(Array(line.utf8).span)
  stream.append(buffer)
}
