import GuestABI

// What the host offers, in one table: the functions of preview1 that sockets, streams, time and the end need, and
// WasmEdge's socket functions by their first form (V1). Names of functions and parameters are those of
// wasi_snapshot_preview1.witx and of WasmEdge (docs/socket-abi.md).

extension Instance {
  /// Nothing of the module runs yet, unless it has a start section.
  public convenience init(
    _ module: Module, configuration: InstanceConfiguration, drain: Drain
  ) throws(HostError) {
    try self.init(
      module, functions: HostFunction.preview1, configuration: configuration, drain: drain)
  }
}

extension HostFunction {
  /// A name may occur twice, with different types (`sock_accept`).
  static let preview1: [HostFunction] =
    environment + clocks + process + descriptors + sockets + socketData + socketOptions + polling

  private static let environment = [
    HostFunction("args_sizes_get", "argc", "argv_buf_size") { (call) throws(Errno) in
      try call.instance.argsSizesGet(count: call[0], size: call[1])
    },
    HostFunction("args_get", "argv", "argv_buf") { (call) throws(Errno) in
      try call.instance.argsGet(addresses: call[0], strings: call[1])
    },
    HostFunction("environ_sizes_get", "environc", "environ_buf_size") { (call) throws(Errno) in
      try call.instance.environSizesGet(count: call[0], size: call[1])
    },
    HostFunction("environ_get", "environ", "environ_buf") { (call) throws(Errno) in
      try call.instance.environGet(addresses: call[0], strings: call[1])
    },
  ]

  private static let clocks = [
    HostFunction("clock_time_get", "id", .i64("precision"), "time") { (call) throws(Errno) in
      try call.instance.clockTimeGet(clock: call[0], time: call[2])
    },
    HostFunction("clock_res_get", "id", "resolution") { (call) throws(Errno) in
      try call.instance.clockResGet(clock: call[0], resolution: call[1])
    },
  ]

  private static let process = [
    HostFunction("random_get", "buf", "buf_len") { (call) throws(Errno) in
      try call.instance.randomGet(buffer: call[0], count: call[1])
    },
    HostFunction("proc_exit", "rval", hasResult: false) { (call) throws(Errno) in
      call.instance.procExit(status: call[0])
    },
    HostFunction("sched_yield") { (call) throws(Errno) in try call.instance.schedYield() },
  ]

  private static let descriptors = [
    HostFunction("fd_read", "fd", "iovs", "iovs_len", "nread") { (call) throws(Errno) in
      try call.instance.fdRead(call[0], vectors: call[1], count: call[2], read: call[3])
    },
    HostFunction("fd_write", "fd", "iovs", "iovs_len", "nwritten") { (call) throws(Errno) in
      try call.instance.fdWrite(call[0], vectors: call[1], count: call[2], written: call[3])
    },
    HostFunction("fd_close", "fd") { (call) throws(Errno) in
      try call.instance.fdClose(call[0])
    },
    HostFunction("fd_fdstat_get", "fd", "stat") { (call) throws(Errno) in
      try call.instance.fdFdstatGet(call[0], status: call[1])
    },
    HostFunction("fd_fdstat_set_flags", "fd", "flags") { (call) throws(Errno) in
      try call.instance.fdFdstatSetFlags(call[0], flags: call[1])
    },
    HostFunction("fd_filestat_get", "fd", "stat") { (call) throws(Errno) in
      try call.instance.fdFilestatGet(call[0], status: call[1])
    },
    HostFunction("fd_seek", "fd", .i64("offset"), "whence", "newoffset") { (call) throws(Errno) in
      try call.instance.fdSeek(call[0])
    },
    HostFunction("fd_prestat_get", "fd", "prestat") { (_) throws(Errno) in
      // No preopened directories: what ends wasi-libc's search for them.
      throw .badf
    },
    HostFunction("fd_prestat_dir_name", "fd", "path", "path_len") { (_) throws(Errno) in
      throw .badf
    },
    // The scoreboard has places to read and write at, and nothing else does.
    HostFunction("fd_pread", "fd", "iovs", "iovs_len", .i64("offset"), "nread") {
      (call) throws(Errno) in
      try call.instance.fdPread(
        call[0], vectors: call[1], count: call[2], offset: call.i64(3), read: call[4])
    },
    HostFunction("fd_pwrite", "fd", "iovs", "iovs_len", .i64("offset"), "nwritten") {
      (call) throws(Errno) in
      try call.instance.fdPwrite(
        call[0], vectors: call[1], count: call[2], offset: call.i64(3), written: call[4])
    },
  ]

  private static let sockets = [
    HostFunction("sock_open", "af", "type", "fd") { (call) throws(Errno) in
      try call.instance.sockOpen(family: call[0], type: call[1], fd: call[2])
    },
    HostFunction("sock_bind", "fd", "addr", "port") { (call) throws(Errno) in
      try call.instance.unlessTooLate { (instance) throws(Errno) in
        try instance.sockBind(call, call[0], address: call[1], port: call[2])
      }
    },
    HostFunction("sock_listen", "fd", "backlog") { (call) throws(Errno) in
      try call.instance.unlessTooLate { (instance) throws(Errno) in
        try instance.sockListen(call, call[0], backlog: Int32(bitPattern: call[1]))
      }
    },
    // V1. The standard's form has the flags of the new descriptor between the two.
    HostFunction("sock_accept", "fd", "connection") { (call) throws(Errno) in
      try call.instance.sockAccept(call, call[0], flags: 0, fd: call[1])
    },
    HostFunction("sock_accept", "fd", "flags", "connection") { (call) throws(Errno) in
      try call.instance.sockAccept(call, call[0], flags: call[1], fd: call[2])
    },
    HostFunction("sock_connect", "fd", "addr", "port") { (call) throws(Errno) in
      try call.instance.sockConnect(call, call[0], address: call[1], port: call[2])
    },
    HostFunction(
      "sock_getaddrinfo", "node", "node_len", "service", "service_len", "hints", "res",
      "max_res_len", "res_len"
    ) { (call) throws(Errno) in
      try call.instance.sockGetaddrinfo(
        call, node: (call[0], call[1]), service: (call[2], call[3]), hints: call[4],
        list: call[5], capacity: call[6], count: call[7])
    },
    HostFunction("sock_shutdown", "fd", "how") { (call) throws(Errno) in
      try call.instance.sockShutdown(call[0], directions: call[1])
    },
    HostFunction("sock_getlocaladdr", "fd", "addr", "type", "port") { (call) throws(Errno) in
      try call.instance.sockGetlocaladdr(call[0], address: call[1], type: call[2], port: call[3])
    },
    HostFunction("sock_getpeeraddr", "fd", "addr", "type", "port") { (call) throws(Errno) in
      try call.instance.sockGetpeeraddr(call[0], address: call[1], type: call[2], port: call[3])
    },
  ]

  private static let socketData = [
    HostFunction("sock_recv", "fd", "ri_data", "ri_data_len", "ri_flags", "ro_datalen", "ro_flags")
    { (call) throws(Errno) in
      try call.instance.sockRecv(
        call[0], vectors: call[1], count: call[2], flags: call[3], read: call[4],
        outFlags: call[5])
    },
    HostFunction("sock_send", "fd", "si_data", "si_data_len", "si_flags", "so_datalen") {
      (call) throws(Errno) in
      try call.instance.sockSend(
        call, call[0], vectors: call[1], count: call[2], flags: call[3], written: call[4])
    },
    HostFunction(
      "sock_recv_from", "fd", "ri_data", "ri_data_len", "addr", "ri_flags", "ro_datalen",
      "ro_flags"
    ) { (call) throws(Errno) in
      try call.instance.sockRecvFrom(
        call[0], vectors: call[1], count: call[2], address: call[3], flags: call[4],
        read: call[5], outFlags: call[6])
    },
    HostFunction(
      "sock_send_to", "fd", "si_data", "si_data_len", "addr", "port", "si_flags", "so_datalen"
    ) { (call) throws(Errno) in
      try call.instance.sockSend(
        call, call[0], vectors: call[1], count: call[2], flags: call[5], written: call[6],
        to: (address: call[3], port: call[4]))
    },
  ]

  private static let socketOptions = [
    HostFunction("sock_setsockopt", "fd", "level", "name", "value", "value_len") {
      (call) throws(Errno) in
      try call.instance.sockSetsockopt(
        call[0], level: call[1], name: call[2], value: call[3], size: call[4])
    },
    HostFunction("sock_getsockopt", "fd", "level", "name", "value", "value_len") {
      (call) throws(Errno) in
      try call.instance.sockGetsockopt(
        call[0], level: call[1], name: call[2], value: call[3], size: call[4])
    },
  ]

  /// WasmEdge offers it under two names.
  private static let polling = [
    HostFunction("poll_oneoff", "in", "out", "nsubscriptions", "nevents", body: poll),
    HostFunction("epoll_oneoff", "in", "out", "nsubscriptions", "nevents", body: poll),
  ]

  private static let poll: Body = { (call) throws(Errno) in
    try call.instance.pollOneoff(
      subscriptions: call[0], events: call[1], count: call[2], eventCount: call[3])
  }
}
