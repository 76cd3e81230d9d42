/// A value that exists until the process ends, for what is made once, at start. Unlike an object it is not
/// counted by those who refer to it.
///
/// It is safe although it holds a pointer: only `init` makes one, and its memory is never changed or freed.
@safe @frozen
public struct Immortal<Value> {
  @usableFromInline let pointer: UnsafePointer<Value>

  @inlinable
  public init(_ value: Value) {
    let memory = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    unsafe memory.initialize(to: value)
    unsafe pointer = UnsafePointer(memory)
  }

  public var value: Value {
    @inlinable @inline(__always)
    unsafeAddress { unsafe pointer }
  }
}
