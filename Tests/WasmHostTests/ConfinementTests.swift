import CLinux
import CSystemCalls
import Glibc
import Testing

@testable import WasmHost

/// What a process that has confined itself can still do. It is the program of
/// Tests/Fixtures/ConfinedProcess: there is no way back for the tests' own process.
struct ConfinementTests {
  /// What each attempt came to: an error number, or 0.
  private func attempts(_ arguments: [String]) throws -> [String: Int32] {
    let result = try Command(program: "confined_process", list: arguments).finish()
    #expect(result.status == 0)
    let pairs = result.lines.compactMap { line -> (String, Int32)? in
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let number = Int32(parts[0]) else { return nil }
      return (String(parts[1]), number)
    }
    return Dictionary(pairs) { $1 }
  }

  /// Of Landlock; 0 or less for a kernel without it.
  private let version = confine_landlock_version()
  /// What a file that is not needed answers here.
  private var refused: Int32 { version > 0 ? EACCES : 0 }

  @Test("System calls that a server never needs are refused, and those of requests are not")
  func calls() throws {
    let results = try attempts(["calls"])
    for place in 0..<attempt_count() {
      let name = String(cString: attempt_name(place))
      #expect(results[name] == attempt_expected(place), "\(name)")
    }
    let parts = version > 0 ? "no_new_privs,seccomp,landlock" : "no_new_privs,seccomp"
    #expect(results["confined=\(parts)"] == 0)
    #expect(results.count == Int(attempt_count()) + 1)
  }

  #if arch(x86_64)
    @Test("A system call of another architecture ends the process")
    func foreign() throws {
      let result = try Command(program: "confined_process", list: ["foreign"]).finish()
      // SIGSEGV is from a kernel that does not know them at all.
      #expect([128 + SIGSYS, 128 + SIGSEGV].contains(result.status))
    }
  #endif

  @Test("The module stays readable and the cache writable, and no other file can be opened")
  func files() throws {
    let (module, cache, other) = (
      try TemporaryDirectory(), try TemporaryDirectory(), try TemporaryDirectory()
    )
    let file = try module.write([1], "m.wasm")
    let secret = try other.write([1], "secret")
    let results = try attempts(["files", file, cache.path, secret])
    let expected: [String: Int32] = [
      "read the module": 0, "write the module": refused,
      "create a file beside the module": refused,
      "create a file in the cache": 0, "rename it": 0, "list the cache": 0, "remove it": 0,
      "create a directory in the cache": refused,
      "read another file": refused, "remove another file": refused,
      "read /etc/passwd": refused, "list the root": refused, "open /dev/null": 0,
    ]
    for (what, error) in expected { #expect(results[what] == error, "\(what)") }
  }

  @Test("A module in the root makes none of its neighbours readable")
  func root() throws {
    for file in ["/m.wasm", "/proc", "/bin"] {
      let results = try attempts(["reading", file])
      #expect(results["read /etc/passwd"] == refused, "\(file)")
      #expect(results["list the root"] == refused, "\(file)")
      #expect(results["open /dev/null"] == 0)
    }
  }

  @Test("Names to look up need sockets and files that are closed otherwise")
  func lookups() throws {
    let connectRefused: Int32 = version >= 4 ? EACCES : ECONNREFUSED
    let expectations: [(grants: [String], sockets: Int32, file: Int32, connecting: Int32)] = [
      ([], EAFNOSUPPORT, refused, connectRefused),
      (["127.0.0.1:80"], EAFNOSUPPORT, refused, ECONNREFUSED),
      (["example.com:443"], 0, 0, ECONNREFUSED),
      (["*:443"], 0, 0, ECONNREFUSED),
    ]
    for expected in expectations {
      let results = try attempts(["sockets"] + expected.grants)
      #expect(results["a UNIX socket"] == expected.sockets, "\(expected.grants)")
      #expect(results["a socket for routes"] == expected.sockets, "\(expected.grants)")
      #expect(results["a netfilter socket"] == EAFNOSUPPORT, "\(expected.grants)")
      #expect(results["read a file in /etc"] == expected.file, "\(expected.grants)")
      #expect(results["connect"] == expected.connecting, "\(expected.grants)")
    }
  }
}
