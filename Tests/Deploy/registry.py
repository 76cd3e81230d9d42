"""A real registry (the CNCF's distribution, as Debian has it) for tests, on loopback."""

import os
import subprocess

import support

PROGRAM = support.TOOLS / "docker-registry/usr/bin/docker-registry"


def start_registry(test, user=None, password=None, certificate=None):
    """Starts a registry with an empty storage; gives host and port. With a user it asks for the
    password, with a certificate (files of certificate and key) it speaks TLS."""
    folder = test.folder()
    port = support.free_port()
    environment = {
        "REGISTRY_LOG_LEVEL": "warn",
        "REGISTRY_LOG_ACCESSLOG_DISABLED": "true",
        "REGISTRY_HTTP_ADDR": f"127.0.0.1:{port}",
        "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": str(folder / "storage"),
    }
    if user:
        # bcrypt is the only hash that it reads.
        line = subprocess.check_output(["htpasswd", "-nbB", user, password], text=True)
        (folder / "htpasswd").write_text(line)
        environment |= {
            "REGISTRY_AUTH": "htpasswd",
            "REGISTRY_AUTH_HTPASSWD_REALM": "test",
            "REGISTRY_AUTH_HTPASSWD_PATH": str(folder / "htpasswd"),
        }
    if certificate:
        environment |= {
            "REGISTRY_HTTP_TLS_CERTIFICATE": str(certificate[0]),
            "REGISTRY_HTTP_TLS_KEY": str(certificate[1]),
        }
    configuration = folder / "config.yml"
    configuration.write_text(
        "version: 0.1\nstorage: {filesystem: {}, delete: {enabled: true}}\nhttp: {}\n"
    )
    process = test.start(PROGRAM, "serve", configuration, environment=environment)
    test.wait_for_port(port, process)
    return f"127.0.0.1:{port}"


def without_settings():
    """The environment without what a person may have set for registries and AWS."""
    names = ("REGISTRY", "AWS_", "OVERLAY", "TLS_VERIFY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
    return {k: v for k, v in os.environ.items() if not k.upper().startswith(names)}
