"""Fuel and host calls of each workload: scripted clients of the module on the host in guest.py."""

import wasmtime
from guest import Connection, Guest
from workloads import WORKLOADS, Responses

WARM, TIMES = 10, 20
# One at a time, and as many in each turn as a busy server has.
CROWDS = (1, 64)


def figures(module):
    """Fuel and host calls for a request, by workload and number of connections."""
    engine, compiled = load(module)
    for crowd in CROWDS:
        for workload in WORKLOADS:
            if workload.at_once > 1:
                continue  # that is what the crowds are for
            yield workload, crowd, *cost(engine, compiled, workload, crowd)


def load(file):
    """An engine that counts fuel, and a module for it."""
    configuration = wasmtime.Config()
    configuration.consume_fuel = True
    engine = wasmtime.Engine(configuration)
    return engine, wasmtime.Module.from_file(engine, str(file))


def cost(engine, module, workload, crowd):
    """Fuel and host calls (by name) for one request."""
    settings = {"PORT": "1234", "LOG_LEVEL": "warn", **workload.environment}
    guest = Guest(
        engine, module, {name.encode(): value.encode() for name, value in settings.items()}
    )
    before, after = [], []
    guest.run(script(guest, workload, crowd, before, after))
    requests = TIMES * crowd * workload.requests
    calls = after[1] - before[1]
    return (after[0] - before[0]) / requests, {
        name: count / requests for name, count in calls.items()
    }


def script(guest, workload, crowd, before, after):
    """The clients. Wherever it yields, they wait for the guest."""
    yield from connect(guest, workload.idle)
    kept = [] if workload.closes else (yield from connect(guest, crowd))
    for _ in range(WARM):
        yield from exchange(guest, workload, crowd, kept)
    before += guest.spent()
    for _ in range(TIMES):
        yield from exchange(guest, workload, crowd, kept)
    after += guest.spent()


def connect(guest, crowd):
    connections = [Connection() for _ in range(crowd)]
    guest.queue += connections
    yield from until(lambda: all(each.is_accepted for each in connections))
    return connections


def exchange(guest, workload, crowd, kept):
    """One exchange on each connection."""
    connections = kept or (yield from connect(guest, crowd))
    for each in connections:
        each.arrived += workload.octets
    rest = [(each, Responses(workload)) for each in connections]
    while rest:
        yield
        rest = [each for each in rest if not takes_all(*each)]
    if workload.closes:
        yield from until(lambda: all(each.is_shut or each.is_closed for each in connections))
        for each in connections:
            each.has_ended = True
        yield from until(lambda: all(each.is_closed for each in connections))


def takes_all(connection, responses):
    """Whether all responses have come on a connection."""
    is_complete = responses.take(bytes(connection.sent))
    connection.sent.clear()
    return is_complete


def until(condition):
    while not condition():
        yield
