"""A host for the module that counts its fuel and its calls: WASI preview1 with WasmEdge's sockets,
as far as the module imports them (docs/socket-abi.md).

There is no network and no clock: a script says what arrives, and time moves with each look at it.
So fuel, about one for each instruction of WebAssembly, is the same in every run, on every machine.
"""

import struct
from collections import Counter

import wasmtime

SUCCESS, AGAIN, BADF, INVAL = 0, 6, 8, 28
CLOCK, READ = 0, 1  # tags of subscriptions
CHARACTER_DEVICE, REGULAR_FILE, SOCKET = 2, 4, 6
SCOREBOARD = 3
LISTENER = 4
PORT = 1234
LOOPBACK = bytes(10) + b"\xff\xff\x7f\0\0\1"  # as a dual-stack socket has it
FUEL = 1 << 60


class Done(Exception):
    """The script has ended, and the guest with it."""


class Connection:
    """What has arrived for the guest, and what the guest has sent or done."""

    def __init__(self):
        self.arrived = bytearray()
        self.has_ended = False  # the client's side
        self.sent = bytearray()
        self.is_accepted = self.is_shut = self.is_closed = False


class Guest:
    """A running module. The script is a generator, which goes on whenever the guest waits."""

    def __init__(self, engine, module, environment):
        self.variables = b"".join(b"%s=%s\0" % each for each in environment.items())
        self.variable_count = len(environment)
        self.queue = []  # connections to be accepted
        self.connections = {}  # by descriptor
        self.page = bytearray(8192)  # the scoreboard
        self.looks = 0
        self.calls = Counter()
        self.store = wasmtime.Store(engine)
        self.store.set_fuel(FUEL)
        linker = wasmtime.Linker(engine)
        for each in module.imports:
            linker.define_func(each.module, each.name, each.type, self.counted(each.name))
        self.instance = linker.instantiate(self.store, module)
        self.memory = self.instance.exports(self.store)["memory"]

    def run(self, script):
        """Runs the guest until the script ends."""
        self.script = script
        try:
            self.instance.exports(self.store)["_start"](self.store)
        except Done:
            return
        raise RuntimeError("the module has ended")

    def counted(self, name):
        function = getattr(self, name)

        def call(*parameters):
            self.calls[name] += 1
            return function(*parameters)

        return call

    def spent(self):
        """Fuel and host calls so far."""
        return FUEL - self.store.get_fuel(), Counter(self.calls)

    # Memory

    def read(self, address, count):
        return self.memory.read(self.store, address, address + count)

    def write(self, address, octets):
        self.memory.write(self.store, octets, address)

    def write_u32(self, address, number):
        self.write(address, struct.pack("<I", number))

    def vectors(self, address, count):
        return list(struct.iter_unpack("<II", self.read(address, 8 * count)))

    def gather(self, address, count):
        return b"".join(bytes(self.read(*each)) for each in self.vectors(address, count))

    def scatter(self, address, count, octets):
        """Returns how many there was room for."""
        written = 0
        for start, room in self.vectors(address, count):
            part = octets[written : written + room]
            self.write(start, bytes(part))
            written += len(part)
        return written

    # The process

    def args_sizes_get(self, count, size):
        self.write_u32(count, 0)
        self.write_u32(size, 0)
        return SUCCESS

    def args_get(self, _arguments, _octets):
        return SUCCESS

    def environ_sizes_get(self, count, size):
        self.write_u32(count, self.variable_count)
        self.write_u32(size, len(self.variables))
        return SUCCESS

    def environ_get(self, pointers, octets):
        self.write(octets, self.variables)
        at = octets
        for number, each in enumerate(self.variables.split(b"\0")[:-1]):
            self.write_u32(pointers + 4 * number, at)
            at += len(each) + 1
        return SUCCESS

    def clock_time_get(self, clock, _precision, time):
        self.looks += 1
        # A tenth after a full second, whose work is not that of a request.
        second = 1_770_000_000 if clock == 0 else 1000
        self.write(time, struct.pack("<Q", second * 10**9 + 10**8 + 1000 * self.looks))
        return SUCCESS

    def random_get(self, address, count):
        self.write(address, bytes(range(256)) * (count // 256) + bytes(range(count % 256)))
        return SUCCESS

    def proc_exit(self, status):
        raise RuntimeError(f"the module ends with status {status}")

    # Files

    def fd_fdstat_get(self, descriptor, status):
        kind = REGULAR_FILE if descriptor == SCOREBOARD else SOCKET
        if descriptor < SCOREBOARD:
            kind = CHARACTER_DEVICE
        self.write(status, struct.pack("<BxHxxxxQQ", kind, 0, 0, 0))
        return SUCCESS

    def fd_fdstat_set_flags(self, _descriptor, _flags):
        return SUCCESS

    def fd_write(self, descriptor, vectors, count, written):
        text = self.gather(vectors, count)
        if descriptor == 2:
            raise RuntimeError(f"the module complains: {text.decode(errors='replace')}")
        self.write_u32(written, len(text))
        return SUCCESS

    def fd_pread(self, descriptor, vectors, count, offset, read):
        if descriptor != SCOREBOARD:
            return BADF
        self.write_u32(read, self.scatter(vectors, count, self.page[offset:]))
        return SUCCESS

    def fd_pwrite(self, descriptor, vectors, count, offset, written):
        if descriptor != SCOREBOARD:
            return BADF
        octets = self.gather(vectors, count)
        self.page[offset : offset + len(octets)] = octets
        self.write_u32(written, len(octets))
        return SUCCESS

    def fd_close(self, descriptor):
        self.connections.pop(descriptor).is_closed = True
        return SUCCESS

    # Sockets

    def sock_open(self, _family, _type, descriptor):
        self.write_u32(descriptor, LISTENER)
        return SUCCESS

    def sock_setsockopt(self, _socket, _level, _name, _value, _size):
        return SUCCESS

    def sock_bind(self, _socket, _address, _port):
        return SUCCESS

    def sock_listen(self, _socket, _backlog):
        return SUCCESS

    def sock_accept(self, _socket, descriptor):
        if not self.queue:
            return AGAIN
        connection = self.queue.pop(0)
        connection.is_accepted = True
        number = LISTENER + 1
        while number in self.connections:
            number += 1
        self.connections[number] = connection
        self.write_u32(descriptor, number)
        return SUCCESS

    def address(self, view, kind, port, number):
        octets, size = struct.unpack("<II", self.read(view, 8))
        if size != len(LOOPBACK):
            return INVAL
        self.write(octets, LOOPBACK)
        self.write_u32(kind, 6)
        self.write_u32(port, number)
        return SUCCESS

    def sock_getlocaladdr(self, _socket, view, kind, port):
        return self.address(view, kind, port, PORT)

    def sock_getpeeraddr(self, _socket, view, kind, port):
        return self.address(view, kind, port, 50_000)

    def sock_recv(self, socket, vectors, count, _flags, read, flags):
        connection = self.connections[socket]
        if not connection.arrived and not connection.has_ended:
            return AGAIN
        received = self.scatter(vectors, count, connection.arrived)
        del connection.arrived[:received]
        self.write_u32(read, received)
        self.write(flags, bytes(2))
        return SUCCESS

    def sock_send(self, socket, vectors, count, _flags, written):
        octets = self.gather(vectors, count)
        self.connections[socket].sent += octets
        self.write_u32(written, len(octets))
        return SUCCESS

    def sock_shutdown(self, socket, _how):
        self.connections[socket].is_shut = True
        return SUCCESS

    def is_ready(self, tag, descriptor):
        if tag == CLOCK:
            return False
        if tag != READ:
            return True
        if descriptor == LISTENER:
            return bool(self.queue)
        connection = self.connections[descriptor]
        return bool(connection.arrived) or connection.has_ended

    def poll_oneoff(self, subscriptions, events, count, event_count):
        next(self.script, None)
        if self.script.gi_frame is None:
            raise Done
        ready = []
        for userdata, tag, descriptor in struct.iter_unpack(
            "<QB7xI28x", self.read(subscriptions, 48 * count)
        ):
            if self.is_ready(tag, descriptor):
                ready.append(struct.pack("<QHB5xQH6x", userdata, 0, tag, 1, 0))
        if not ready:
            raise RuntimeError("the module waits for nothing that comes")
        self.write(events, b"".join(ready))
        self.write_u32(event_count, len(ready))
        return SUCCESS
