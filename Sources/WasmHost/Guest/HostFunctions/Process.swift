import CWasmtime
import Glibc

// The guest's own end, and its giving way.

extension HostFunction {
  static let process = [
    HostFunction("proc_exit", parameters: [.i32], results: []) { environment, _, values, _ in
      guard let environment, let values else { return nil }
      Unmanaged<Instance>.fromOpaque(environment)._withUnsafeGuaranteedRef { instance in
        instance.exitStatus = Arguments(values)[0]
      }
      // Unwinds the module; `Instance.run` looks at the status first.
      return Trap.exit
    },
    HostFunction("sched_yield") { environment, caller, values, _ in
      answer(environment, caller, values) { (_, _) throws(Errno) in
        if Glibc.sched_yield() != 0 { throw .last }
      }
    },
  ]
}
