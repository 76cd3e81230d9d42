"""Serves a page's files, and runs a server for it until one of them ends. Nothing is left behind
then, whatever the end is: Ctrl-C, a signal, a failure, or the death of this process or of the one
that has started it.

usage: demo.py FOLDER COMMAND...

PAGE_PORT is the page's port (8000), PORT the server's (1234); 0 is a free one.
"""

import ctypes
import functools
import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


def end_with(parent):
    """Has the kernel send this process SIGTERM when its parent dies, which may have been before."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def fail(message):
    sys.exit(f"demo: {message}")


class Page(http.server.SimpleHTTPRequestHandler):
    """The page's files, in their newest state, without a line for each."""

    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_):
        pass


class PageServer(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A browser that goes away is no error."""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def port(name, usual):
    text = os.environ.get(name) or usual
    if not text.isdecimal() or int(text) > 65535:
        fail(f"{name} must be a number from 0 to 65535, not '{text}'")
    return int(text)


def host():
    """Where a browser finds the server."""
    name = os.environ.get("HOST", "")
    if name in ("", "*", "0.0.0.0", "::"):
        return "localhost"
    return f"[{name}]" if ":" in name else name


def tell(page_port, server_port):
    """Says what to open, once the server answers there."""
    for _ in range(600):
        try:
            address = (host().strip("[]"), server_port)
            socket.create_connection(address, timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    # (Behind the server's own line, or without it.)
    time.sleep(0.2)
    page = f"http://localhost:{page_port}/?server=http://{host()}:{server_port}"
    print(f"the demo: {page} (Ctrl-C ends both)", file=sys.stderr, flush=True)


def main(folder, *command):
    end_with(os.getppid())
    try:
        handler = functools.partial(Page, directory=folder)
        pages = PageServer(("127.0.0.1", port("PAGE_PORT", "8000")), handler)
    except OSError as error:
        fail(f"cannot serve the page on PAGE_PORT: {error.strerror}")
    threading.Thread(target=pages.serve_forever, daemon=True).start()

    server_port = port("PORT", "1234") or free_port()
    # From here on a signal is for the server, which drains; this process waits for it. (The
    # server has a group of its own, so that Ctrl-C reaches it once.)
    signals = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    parent = os.getpid()

    def prepare():
        os.setpgid(0, 0)
        end_with(parent)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)

    server = subprocess.Popen(
        command, env={**os.environ, "PORT": str(server_port)}, preexec_fn=prepare
    )

    def forward(number, _):
        # The terminal is gone: to the server SIGHUP would mean another module.
        server.send_signal(signal.SIGTERM if number == signal.SIGHUP else number)

    for number in signals:
        signal.signal(number, forward)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
    arguments = (pages.server_port, server_port)
    threading.Thread(target=tell, args=arguments, daemon=True).start()
    status = server.wait()
    pages.server_close()
    # As a shell has it.
    return 128 - status if status < 0 else status


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
