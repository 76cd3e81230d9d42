import Glibc

/// Starts a detached thread, which inherits the caller's signal mask.
///
/// Its stack has a fixed size, whatever the user's limit: the engine lets a module use 512 KiB of it.
package func startThread(_ body: @escaping @Sendable () -> Void) throws(HostError) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let box = Unmanaged.passRetained(Box(body))
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  pthread_attr_setstacksize(&attributes, 4 << 20)
  var thread = pthread_t()
  let result = pthread_create(
    &thread, &attributes,
    { argument in
      if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
      return nil
    }, box.toOpaque())
  guard result == 0 else {
    box.release()
    throw .shortage(of: "thread", reason: describe(error: result))
  }
}
