import Foundation
import ServerHarness
import Testing

/// What a service manager is told and gives: sd_notify(3) and sd_listen_fds(3).
struct ServiceManagerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "A service manager is told: ready, reloading, ready again, stopping", arguments: ["/", "@"])
  func notifications(kind: String) throws {
    let name = kind == "/" ? "\(folder.path)/notify" : "@wasm-serve-test-\(UUID().uuidString)"
    let manager = try NotificationSocket(name)
    let server = try ServerProcess(through: "NOTIFY_SOCKET=\(name) exec \"$@\"")
    #expect(try manager.next() == "READY=1")
    server.program.signal(SIGHUP)
    let reloading = try manager.next().split(separator: "\n")
    #expect(reloading.first == "RELOADING=1")
    let time = try #require(reloading.last?.split(separator: "=").last.flatMap { Int($0) })
    #expect(reloading.last?.hasPrefix("MONOTONIC_USEC=") == true && time > 0)
    #expect(try manager.next() == "READY=1")
    server.program.signal(SIGTERM)
    #expect(try manager.next() == "STOPPING=1")
    #expect(try server.program.finish().status == 0)
  }

  @Test("A replacement that fails ends with ready as well: the old module goes on")
  func failedReload() throws {
    let name = "\(folder.path)/notify"
    let manager = try NotificationSocket(name)
    let module = try folder.write(
      Array(Data(contentsOf: URL(fileURLWithPath: Dist.file("http_server.wasm")))), as: "m.wasm")
    let server = try ServerProcess(
      module: module, through: "NOTIFY_SOCKET=\(name) exec \"$@\"")
    #expect(try manager.next() == "READY=1")
    // In place, while the host may be reading it.
    _ = try folder.write(Array("no module".utf8), as: "m.wasm")
    server.program.signal(SIGHUP)
    #expect(try manager.next().hasPrefix("RELOADING=1\n"))
    #expect(try manager.next() == "READY=1")
    #expect(try server.client().get().status == 200)
  }

  @Test("A name of no socket is nobody, and the service serves")
  func nobody() throws {
    for name in ["\(folder.path)/none", "relative", "@", String(repeating: "/x", count: 100)] {
      let server = try ServerProcess(through: "NOTIFY_SOCKET=\(name) exec \"$@\"")
      #expect(try server.client().get().status == 200)
    }
  }

  @Test("A socket that systemd passes on is the module's, with who waits in its queue")
  func activation() throws {
    // systemd's part: a socket as descriptor 3, and the variables that say so.
    let launcher = """
      import os, socket, sys
      listener = socket.create_server(("127.0.0.1", 0))
      port = listener.getsockname()[1]
      waiting = socket.create_connection(("127.0.0.1", port))
      os.dup2(waiting.fileno(), 20); os.dup2(listener.fileno(), 3)
      os.set_inheritable(3, True)  # (it may have been 3 before)
      os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
      print("passed on", port, flush=True)
      os.execv(sys.argv[1], [word.replace("PORT=0", f"PORT={port}") for word in sys.argv[1:]])
      """
    let python = try #require(findOnPath("python3"))
    let server = try ServerProcess(
      through: "exec \(python) -c '\(launcher.replacingOccurrences(of: "'", with: "'\\''"))' \"$@\""
    )
    let port = try server.program.wait(in: .output, for: "port") { text in
      text.split(separator: " ").last.flatMap { UInt16($0.trimmingCharacters(in: .newlines)) }
    }
    #expect(server.port == port)
    #expect(try server.client().get().status == 200)
    // A replacement has it too.
    server.program.signal(SIGHUP)
    try server.program.wait(for: "is replaced")
    #expect(try server.client().get().status == 200)
  }
}

/// A datagram socket that plays the service manager.
private final class NotificationSocket {
  private let descriptor: Int32

  /// - Parameter name: a path, or `@` and an abstract name.
  init(_ name: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      bytes.copyBytes(from: name.utf8)
      if name.hasPrefix("@") { bytes[0] = 0 }
    }
    let size = socklen_t(MemoryLayout<sa_family_t>.size + name.utf8.count)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    guard result == 0 else { throw TestFailure("bind \(name): \(errno)") }
  }

  deinit { close(descriptor) }

  func next() throws -> String {
    var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&polled, 1, 60_000) == 1 else { throw TestFailure("no notification in 60 s") }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
  }
}
