"""Amazon ECR for tests: its API by moto, its registry by a real registry under ECR's name, and the
Secrets of a Kubernetes API server. All on loopback; nothing can reach out."""

import contextlib
import http.server
import json
import select
import socket
import socketserver
import ssl
import threading

import registry
import support

ACCOUNT = "123456789012"
REGION = "eu-central-1"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
# What moto gives to everybody.
PASSWORD = f"{ACCOUNT}-auth-token"


def start_api(test):
    """Starts moto; gives the variables that have the AWS CLI ask it."""
    port = support.free_port()
    process = test.start(support.TOOLS / "deploy/bin/moto_server", "-H", "127.0.0.1", "-p", port)
    test.wait_for_port(port, process)
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }


def start_registry(test):
    """Starts a registry that asks for the login that moto gives; gives the variables with which a
    program finds it at ECR's address, over TLS."""
    certificate = test.certificate(HOST)
    address = registry.start_registry(test, "AWS", PASSWORD, certificate)
    proxy = start_proxy(test, {f"{HOST}:443": ("127.0.0.1", int(address.split(":")[1]))})
    return {
        "HTTPS_PROXY": f"http://127.0.0.1:{proxy}",
        "NO_PROXY": "127.0.0.1,localhost",
        "SSL_CERT_FILE": str(certificate[0]),
    }


def serve(test, server):
    """Has a server work in a thread until the test ends; gives its port."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    test.addCleanup(server.server_close)
    test.addCleanup(server.shutdown)
    return server.server_address[1]


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def start_proxy(test, known):
    """A proxy that leads from the names that it knows to addresses on loopback, nowhere else."""

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_CONNECT(self):
            if self.path not in known:
                self.send_error(502)
                return
            with socket.create_connection(known[self.path]) as other:
                self.send_response(200)
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.carry(self.connection, other)
            self.close_connection = True

        def carry(self, one, other):
            while True:
                for ready in select.select([one, other], [], [])[0]:
                    if not (octets := ready.recv(65536)):
                        return
                    (other if ready is one else one).sendall(octets)

        def log_message(self, *_):
            pass

    return serve(test, Server(("127.0.0.1", 0), Proxy))


class Cluster:
    """The one Secret of a Kubernetes API server that the renewal may patch, by the rules of the
    API for a merge patch (RFC 7396), over TLS and with a service account's token."""

    PATH = "/api/v1/namespaces/wasm-http-server/secrets/ecr-pull-secret"

    def __init__(self, test):
        self.token = "a-token"
        self.secret = {"type": "kubernetes.io/dockerconfigjson", "data": {}}
        self.requests = []
        self.status = None
        certificate = test.certificate("127.0.0.1")
        self.account = test.folder()
        (self.account / "ca.crt").write_bytes(certificate[0].read_bytes())
        (self.account / "token").write_text(self.token)
        cluster = self

        class API(http.server.BaseHTTPRequestHandler):
            def do_PATCH(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = cluster.patch(self.path, self.headers, body)
                octets = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            def log_message(self, *_):
                pass

        server = Server(("127.0.0.1", 0), API)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.address = f"https://127.0.0.1:{serve(test, server)}"

    def patch(self, path, headers, body):
        self.requests.append(("PATCH", path))
        if self.status:
            return self.status, {"kind": "Status"}
        if headers["Authorization"] != f"Bearer {self.token}":
            return 401, {"kind": "Status"}
        if path != self.PATH:
            return 403, {"kind": "Status"}
        if headers["Content-Type"] != "application/merge-patch+json":
            return 415, {"kind": "Status"}
        patch = json.loads(body)
        self.secret["data"] |= patch["data"]
        return 200, self.secret
