"""Clients that know what became of each of their requests."""

import http.client
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Client:
    """What a client has seen."""

    answered: int = 0
    # (what, why), one for each request that was not answered as it should be.
    failures: list = field(default_factory=list)
    servers: set = field(default_factory=set)


class Traffic:
    """So many clients, on a connection each, GET and POST in turn until the end of the block. The
    pace leaves the machine time for other things."""

    def __init__(self, port, clients=8, pause=0.005):
        self.port, self.pause = port, pause
        self.clients = [Client() for _ in range(clients)]
        self.over = threading.Event()
        self.threads = [
            threading.Thread(target=self.run, args=(number, client))
            for number, client in enumerate(self.clients)
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    @property
    def answered(self):
        return sum(client.answered for client in self.clients)

    @property
    def failures(self):
        return [failure for client in self.clients for failure in client.failures]

    def run(self, number, client):
        connection, count = None, 0
        while not self.over.is_set():
            count += 1
            what = f"request {count} of client {number}"
            connection = connection or self.connect()
            try:
                self.exchange(connection, what if count % 2 else None, client)
                client.answered += 1
            except (OSError, http.client.HTTPException, ValueError) as error:
                client.failures.append((what, repr(error)))
                connection.close()
                connection = None
            time.sleep(self.pause)
        if connection:
            connection.close()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    @staticmethod
    def exchange(connection, text, client):
        """One request; whatever is not its answer is an error."""
        if text:
            connection.request("POST", "/", text)
        else:
            connection.request("GET", "/")
        response = connection.getresponse()
        content = response.read().decode()
        expected = f"echo: {text}" if text else "GET request processed successfully"
        if (response.status, content) != (200, expected):
            raise ValueError(f"{response.status} {content!r}")
        client.servers.add(response.getheader("Server"))
