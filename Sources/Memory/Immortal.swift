/// A variable that exists until the process ends, for what is put together at start and read from then on. Its copies
/// are the same variable.
///
/// It is safe although it holds a pointer: only `init` makes one, and its memory is never freed. Exclusive access is
/// not enforced: it is for types that have no reference to it in use while they change it.
@safe @frozen
package struct ImmortalVariable<Value> {
  @usableFromInline let pointer: UnsafeMutablePointer<Value>

  @inlinable
  package init(_ value: Value) {
    unsafe pointer = .allocate(capacity: 1)
    unsafe pointer.initialize(to: value)
  }

  package var value: Value {
    @inlinable @inline(__always)
    unsafeAddress { unsafe UnsafePointer(pointer) }
    @inlinable @inline(__always)
    nonmutating unsafeMutableAddress { unsafe pointer }
  }
}

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
