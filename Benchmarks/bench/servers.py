"""The servers that are measured: how each is started, and what it can answer."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from .workloads import DEFAULT_CONNECTIONS, MAX_CONNECTIONS

# A 64 KiB POST with its header section must fit; the default of MAX_REQUEST_SIZE is 8192.
SETTINGS = {
    "MAX_CONNECTIONS": str(MAX_CONNECTIONS),
    "MAX_REQUEST_SIZE": "131072",
    "LOG_LEVEL": "warn",
}
DEFAULT_LIMIT = {"MAX_CONNECTIONS": str(DEFAULT_CONNECTIONS)}
ACCESS_LOG = {"ACCESS_LOG": "on", "LOG_FORMAT": "json"}

RETURN = 'return 200 "GET request processed successfully";'
ECHO_MODULE = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")
ECHO = 'echo_read_request_body; echo -n "echo: "; echo_request_body;'


class Unavailable(Exception):
    """Why a server cannot be measured here."""


@dataclass(eq=False)
class Server:
    """A server. `posts` says what it does with the content of a POST: echo it, or discard it."""

    id: str
    name: str
    note: str
    port: int
    command: list
    program: list[Path]
    # What prints its version, or the version.
    version: list | str = ""
    environment: dict = field(default_factory=dict)
    module: Path | None = None
    gets: bool = True
    posts: str = "echo"
    # Another server's name, when this is that server with its access log on.
    variant_of: str | None = None
    # What is different when it has room for 1024 connections only.
    small: dict = field(default_factory=dict)
    # Whether null.c can stand in for the calls that it makes.
    is_without_network: bool = False

    def with_default_limit(self):
        """The server as most run it: with room for as many connections as by default."""
        return replace(self, **self.small)

    @contextlib.contextmanager
    def running(self, processor, **environment):
        """Runs it on one processor, to the end of the block at the latest."""
        output = subprocess.PIPE if "LD_PRELOAD" in environment else subprocess.DEVNULL
        process = subprocess.Popen(
            ["taskset", "-c", str(processor), *map(str, self.command)],
            env={**os.environ, **self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            self.wait_for_listener(process)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def wait_for_listener(self, process):
        for _ in range(3000):
            if process.poll() is not None:
                raise Unavailable("it ended instead of listening")
            with contextlib.suppress(OSError), self.connect():
                return
            time.sleep(0.01)
        raise Unavailable("it does not listen")

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)


def processes(process):
    """The ids of a server's processes: nginx works in a child."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [str(process.pid), *children]


def free_ports():
    """Ports that are free now, all different."""
    with contextlib.ExitStack() as stack:
        while True:
            each = stack.enter_context(socket.socket())
            each.bind(("127.0.0.1", 0))
            yield each.getsockname()[1]


def find(program):
    """The path of a program, as it is on disk: sizes are those of the file that runs."""
    path = shutil.which(program)
    if path is None:
        raise Unavailable(f"{program} is not on PATH")
    return Path(path).resolve()


def all_servers(root, programs, folder):
    """The servers, and why the others are left out: (name, reason).

    The floor is the first one: the others are compared with it.
    """
    with contextlib.closing(free_ports()) as ports:
        ports_by_id = {name: next(ports) for name in MAKERS}
    servers, left_out = [], []
    for name, make in MAKERS.items():
        try:
            servers.append(make(root, programs, folder, ports_by_id[name]))
        except Unavailable as reason:
            left_out.append((name, str(reason)))
    return servers, left_out


def floor(_root, programs, _folder, port):
    program = programs / "floor"
    return Server(
        id="floor",
        name="C floor",
        note="floor.c, one thread",
        port=port,
        command=[program, port],
        program=[program],
        is_without_network=True,
    )


def wasm(root, _programs, folder, port):
    program, module = root / "dist/wasm-serve", root / "dist/http_server.wasm"
    environment = SETTINGS | {"ACCESS_LOG": "off", "LOG_FORMAT": "text"}
    return Server(
        id="wasm",
        name="wasm-serve",
        note="http_server.wasm under wasm-serve, one worker",
        port=port,
        command=[
            *[program, "--quiet", "--workers", "1", "--cache-dir", folder / "cache"],
            *["--env", f"PORT={port}"],
            *[option for name in environment for option in ("--env", name)],
            module,
        ],
        environment=environment,
        small={"environment": environment | DEFAULT_LIMIT},
        program=[program, *(root / "dist").glob("libwasmtime.so*")],
        module=module,
        version=[program, "--version"],
        is_without_network=True,
    )


def with_access_log(server, port, **changes):
    return Server(
        **{
            **vars(server),
            "id": f"{server.id}_log",
            "name": f"{server.name}, access log",
            "port": port,
            "variant_of": server.id,
            "is_without_network": False,
            **changes,
        }
    )


def wasm_log(root, programs, folder, port):
    server = wasm(root, programs, folder, port)
    return with_access_log(server, port, environment=server.environment | ACCESS_LOG)


def native(root, _programs, _folder, port):
    program = root / "dist/http_server"
    if not program.exists():
        raise Unavailable("there is no dist/http_server")
    return Server(
        id="native",
        name="native",
        note="the same sources as a Linux program, one thread",
        port=port,
        command=[program],
        environment=SETTINGS | {"PORT": str(port)},
        small={"environment": SETTINGS | {"PORT": str(port)} | DEFAULT_LIMIT},
        program=[program],
    )


def nginx(root, _programs, folder, port, **options):
    program = find("nginx")

    def command(connections):
        own = folder / f"nginx-{port}-{connections}"
        file = configure_nginx(root, own, port, connections, **options)
        return [program, "-e", own / "nginx.log", "-p", own, "-c", file]

    return Server(
        id="nginx",
        name="nginx",
        note="one worker, `return 200`; it discards the content of a POST",
        port=port,
        command=command(MAX_CONNECTIONS),
        small={"command": command(DEFAULT_CONNECTIONS)},
        program=[program],
        version=[program, "-v"],
        posts="discard",
    )


def configure_nginx(root, own, port, connections, answer=RETURN, access_log="off", modules=""):
    """Writes a configuration into a folder of its own, and returns its path."""
    own.mkdir(exist_ok=True)
    text = (root / "Benchmarks/peers/nginx.conf").read_text()
    for name, value in {
        "folder": own,
        "port": port,
        "files": connections,
        "type": "text/plain" if answer == ECHO else "text/plain; charset=utf-8",
        "answer": answer,
        "access_log": access_log,
        "modules": modules,
    }.items():
        text = text.replace(f"@{name}@", str(value))
    file = own / "nginx.conf"
    file.write_text(text)
    return file


def nginx_log(root, programs, folder, port):
    server = nginx(root, programs, folder, port, access_log="/dev/null json")
    return with_access_log(server, port)


def nginx_echo(root, programs, folder, port):
    if not ECHO_MODULE.exists():
        raise Unavailable("Debian's libnginx-mod-http-echo is not installed")
    modules = f"load_module {ECHO_MODULE};"
    server = nginx(root, programs, folder, port, answer=ECHO, modules=modules)
    server.id, server.name = "nginx_echo", "nginx, echo"
    server.note = "one worker with the echo module: it answers a POST with its content, chunked"
    server.gets, server.posts = False, "echo"
    return server


def node(root, _programs, _folder, port):
    program = find("node")
    return Server(
        id="node",
        name="node",
        note="http.createServer, one process (its other threads have nothing to do)",
        port=port,
        command=[program, root / "Benchmarks/peers/node.js", port],
        program=[program],
        version=[program, "--version"],
    )


def swift_peer(root, port, name, title, note):
    """A server in Swift that `run` has built; its manifest has the version."""
    manifest = (root / f"Benchmarks/peers/{name}-peer/Package.swift").read_text()
    program = root / f".build-bench-peers/{name}/release/{name}-peer"
    if not program.exists():
        raise Unavailable("it has not been built: `make bench` builds it, `--quick` does not")
    return Server(
        id=name,
        name=title,
        note=note,
        port=port,
        command=[program, port],
        program=[program],
        version=manifest.partition('exact: "')[2].partition('"')[0],
    )


def hummingbird(root, _programs, _folder, port):
    return swift_peer(
        root, port, "hummingbird", "Hummingbird", "SwiftNIO with one event loop; release build"
    )


def flyingfox(root, _programs, _folder, port):
    note = (
        "Swift's pool of threads; it sends head and content by two calls and leaves Nagle's "
        "algorithm on, so that each waits for the client's delayed ACK"
    )
    return swift_peer(root, port, "flyingfox", "FlyingFox", note)


def wasmedge(root, programs, _folder, port):
    """http_server.wasm on WasmEdge, compiled ahead of time."""
    program, compiled = find("wasmedge"), programs / "http_server.aot.wasm"
    module = root / "dist/http_server.wasm"
    done = subprocess.run([program, "compile", module, compiled], capture_output=True, text=True)
    if done.returncode:
        raise Unavailable("`wasmedge compile` failed")
    help_text = subprocess.run([program, "--help"], capture_output=True, text=True).stdout
    options = ["--run-mode", "aot"] if "--run-mode" in help_text else []
    for name, value in (SETTINGS | {"PORT": str(port)}).items():
        options += ["--env", f"{name}={value}"]
    return Server(
        id="wasmedge",
        name="WasmEdge",
        note="http_server.wasm, compiled ahead of time",
        port=port,
        command=[program, *options, compiled],
        program=[program],
        module=compiled,
        version=[program, "--version"],
    )


def component(root, _programs, _folder, port):
    """The service as a wasi:http component under `wasmtime serve`."""
    module = root / "dist/http_server.component.wasm"
    if not module.exists():
        raise Unavailable("there is no component yet (dist/http_server.component.wasm)")
    program = find("wasmtime")
    return Server(
        id="component",
        name="wasmtime serve",
        note="the service as a wasi:http component",
        port=port,
        command=[program, "serve", "--addr", f"127.0.0.1:{port}", module],
        program=[program],
        module=module,
        version=[program, "--version"],
    )


MAKERS = {
    "floor": floor,
    "wasm": wasm,
    "native": native,
    "nginx": nginx,
    "nginx_echo": nginx_echo,
    "node": node,
    "hummingbird": hummingbird,
    "flyingfox": flyingfox,
    "component": component,
    "wasmedge": wasmedge,
    "wasm_log": wasm_log,
    "nginx_log": nginx_log,
}
