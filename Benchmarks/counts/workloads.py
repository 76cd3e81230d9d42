"""What servers are asked while their work is counted, and what they must answer."""

from dataclasses import dataclass

GREETING = b"GET request processed successfully"

CURL = """GET / HTTP/1.1
Host: localhost:1234
User-Agent: curl/8.5.0
Accept: */*

"""

# What Chrome sends when a user opens the page.
BROWSER = """GET / HTTP/1.1
Host: localhost:1234
Connection: keep-alive
sec-ch-ua: "Chromium";v="126", "Not.A/Brand";v="8"
sec-ch-ua-mobile: ?0
sec-ch-ua-platform: "Linux"
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
Chrome/126.0.0.0 Safari/537.36
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8
Sec-Fetch-Site: none
Sec-Fetch-Mode: navigate
Sec-Fetch-Dest: document
Accept-Encoding: gzip, deflate, br, zstd
Accept-Language: ja,en-US;q=0.9,en;q=0.8

"""

CONTENT = bytes(b"0123456789abcdef" * 64)
POST = """POST / HTTP/1.1
Host: localhost:1234
User-Agent: curl/8.5.0
Accept: */*
Content-Type: text/plain
"""


def octets(text):
    return text.replace("\n", "\r\n").encode()


def chunked(content, size):
    """The content in chunks of one size."""
    chunks = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in chunks) + b"0\r\n\r\n"


@dataclass(frozen=True)
class Workload:
    """One exchange, which is repeated: octets that are sent at once, then all their responses."""

    name: str
    octets: bytes
    requests: int = 1  # in one exchange
    content: bytes = GREETING  # of each response
    closes: bool = False  # each exchange has a connection of its own
    access_log: bool = False  # for a server that writes its access log, as JSON
    idle: int = 0  # other connections, on which nothing happens
    at_once: int = 1  # as many connections have a request in each turn
    suits_floor: bool = True
    is_kept: bool = False  # it comes in several turns, and its connection takes memory for that

    @property
    def environment(self):
        """Settings of the server."""
        return {"ACCESS_LOG": "on", "LOG_FORMAT": "json"} if self.access_log else {}


WORKLOADS = [
    Workload("GET (Host only)", octets("GET / HTTP/1.1\nHost: localhost:1234\n\n")),
    Workload("GET", octets(CURL)),
    Workload("GET (browser)", octets(BROWSER)),
    Workload(
        "POST 1 KiB",
        octets(POST + "Content-Length: 1024\n\n") + CONTENT,
        content=b"echo: " + CONTENT,
    ),
    Workload(
        "POST 1 KiB (chunked)",
        octets(POST + "Transfer-Encoding: chunked\n\n") + chunked(CONTENT, 256),
        content=b"echo: " + CONTENT,
        suits_floor=False,
    ),
    # (More than BUFFER_SIZE, which is one read.)
    Workload(
        "POST 4 KiB",
        octets(POST + "Content-Length: 4096\n\n") + CONTENT * 4,
        content=b"echo: " + CONTENT * 4,
        is_kept=True,
    ),
    Workload("GET (16 pipelined)", octets(CURL) * 16, requests=16),
    Workload(
        "GET (new connection)",
        octets(CURL.replace("Accept", "Connection: close\nAccept")),
        closes=True,
    ),
    # (An idle connection must cost nothing, however often the server waits.)
    Workload("GET (256 idle)", octets(CURL), idle=256),
    Workload("GET (64 at once)", octets(CURL), at_once=64),
    Workload("GET (access log)", octets(CURL), access_log=True, suits_floor=False),
]


class WrongResponse(RuntimeError):
    """A server has answered something else: its counts would be of something else too."""


def first_response(received):
    """The length and the content of the first response in these octets; None if it is not whole."""
    head, end, rest = received.partition(b"\r\n\r\n")
    if not end:
        return None
    status, *fields = head.split(b"\r\n")
    if status != b"HTTP/1.1 200 OK":
        raise WrongResponse(f"the response begins with {status!r}")
    named = dict(field.lower().split(b": ", 1) for field in fields)
    length = int(named[b"content-length"])
    if len(rest) < length:
        return None
    return len(head) + len(end) + length, rest[:length]


class Responses:
    """Reads the responses to one exchange, and compares them with what they must be."""

    def __init__(self, workload):
        self.workload = workload
        self.received = b""
        self.missing = workload.requests

    def take(self, octets):
        """More octets have come; returns whether these were the last ones."""
        self.received += octets
        while self.received and (response := first_response(self.received)):
            length, content = response
            if content != self.workload.content:
                raise WrongResponse(f"{self.workload.name}: the content is {content[:80]!r}")
            self.received = self.received[length:]
            self.missing -= 1
        if self.missing < 0 or (self.missing == 0 and self.received):
            raise WrongResponse(f"{self.workload.name}: more was answered than asked")
        return self.missing == 0
