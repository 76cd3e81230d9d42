"""What the servers are asked, by how many connections."""

from dataclasses import dataclass

# What is asked outside of the load, and the answer's content.
REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
TEXT = b"GET request processed successfully"

# What servers have room for: with the idle ones, and for start and resident memory.
MAX_CONNECTIONS, DEFAULT_CONNECTIONS = 12_000, 1024


@dataclass(frozen=True)
class Workload:
    """A row of the table: `kind` is what load.c and latency.c are told."""

    id: str
    label: str
    kind: str
    connections: int
    idle: int = 0
    # Whether the servers' access logs are on.
    is_logged: bool = False

    @property
    def is_post(self):
        return self.kind.startswith("post")

    def kind_for(self, server):
        """What the generator is told for this server, or None if the server is not asked this."""
        if self.is_logged != (server.variant_of is not None):
            return None
        if not self.is_post:
            return self.kind if server.gets else None
        return self.kind if server.posts == "echo" else f"{self.kind}-discarded"


def cost_workloads(idle):
    """The rows of the table of costs; the last ones have these numbers of idle connections."""
    rows = [
        Workload("get_1", "GET, 1 connection", "get", 1),
        Workload("get_64", "GET, 64 connections", "get", 64),
        Workload(
            "get_64_log", "GET, 64 connections, JSON access log on", "get", 64, is_logged=True
        ),
        Workload("get_256", "GET, 256 connections", "get", 256),
        Workload("post_64", "POST 1 KiB, 64 connections", "post", 64),
        Workload("post_256", "POST 1 KiB, 256 connections", "post", 256),
        Workload("post64k_64", "POST 64 KiB, 64 connections", "post64k", 64),
        Workload("fields_64", "GET with 12 fields, 64 connections", "fields", 64),
        Workload("pipeline_64", "one of 16 pipelined GETs, 64 connections", "pipeline", 64),
        Workload("connect_64", "a connection per GET, 64 at a time", "connect", 64),
    ]
    for count in idle:
        label = f"GET, 64 connections beside {count:,} idle ones"
        rows.append(Workload(f"idle_{count}", label, "get", 64, count))
    return rows


RATE_WORKLOADS = [
    Workload("get_64", "GET, 64 connections", "get", 64),
    Workload("post_64", "POST 1 KiB, 64 connections", "post", 64),
]
LATENCY_WORKLOAD = RATE_WORKLOADS[0]
