"""The image of the React client, and its pod.

(nginx's own image cannot be had here: Debian's nginx stands for it, with its libraries.)
"""

import http.client
import json
import pathlib
import re

from manifests import named, server_pod, variants
from node import Node
from support import DIST, ROOT, TOOLS, TestCase

NGINX = TOOLS / "nginx/usr/sbin/nginx"
PAGE = "wasm-http-page"


class PageTests(TestCase):
    def build(self, environment):
        """The image, by the Containerfile, of the files that `make images WITH=page` copies."""
        base = self.folder()
        libraries = re.findall(r"(/\S+) \(0x", self.run_program("ldd", NGINX).stdout)
        lines = ["FROM scratch"]
        for source, place in [(NGINX, "/usr/bin/nginx"), *((name, name) for name in libraries)]:
            file = base / place.replace("/", "_")
            file.write_bytes(pathlib.Path(source).read_bytes())
            file.chmod(0o755)
            lines.append(f"COPY {file.name} {place}")
        (base / "mime.types").write_text("types { text/html html; text/javascript js; }\n")
        # Which every user may write to, also as the volume that podman makes of it. (/var/log/nginx
        # is where this build of nginx looks for its log before it has read a configuration.)
        for place in "root/tmp", "root/var/log/nginx":
            (base / place).mkdir(parents=True)
            (base / place).chmod(0o1777)
        lines += ["COPY mime.types /etc/nginx/", "COPY root/ /"]
        (base / "Containerfile").write_text("\n".join(lines) + "\n")
        context = self.folder()
        (context / "page").mkdir()
        for file in (DIST / "react-client").iterdir():
            (context / "page" / file.name).write_bytes(file.read_bytes())
        (context / "nginx.conf").write_bytes((ROOT / "deploy/images/nginx.conf").read_bytes())
        for words in (
            ("--tag", "localhost/base", base),
            (
                *("--file", ROOT / "deploy/images/Containerfile.page"),
                *("--build-arg", "NGINX=localhost/base", "--tag", f"localhost/{PAGE}:dev", context),
            ),
        ):
            self.run_program("buildah", "build", *words, environment=environment)

    def get(self, pod, path, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", pod.ports["http"], timeout=30)
        self.addCleanup(connection.close)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response, response.read()

    def test_its_pod_serves_the_page_below_its_path(self):
        node = Node()
        self.addCleanup(node.__exit__)
        self.build(node.environment)
        pod = node.start(variants()["local with page"], PAGE)
        pod.wait_until_ready()
        response, content = self.get(pod, "/page/")
        self.assertEqual(content, (DIST / "react-client/index.html").read_bytes())
        self.assertEqual(response.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(response.headers["Cache-Control"], "no-cache")
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        etag = response.headers["ETag"]
        self.assertEqual(self.get(pod, "/page/", **{"If-None-Match": etag})[0].status, 304)
        for path in "/page", "/":
            response, _ = self.get(pod, path)
            self.assertIn(response.status, (301, 302))
            self.assertEqual(response.headers["Location"], "/page/")
        response, content = self.get(pod, "/page/client.js")
        self.assertEqual(content, (DIST / "react-client/client.js").read_bytes())
        self.assertTrue(response.headers["Content-Type"].startswith("text/javascript"))
        self.assertEqual(self.get(pod, "/page/none")[0].status, 404)
        self.assertEqual(pod.process()["Uid"], ["65532"] * 4)

    def test_the_image_is_what_the_manifest_expects(self):
        environment = self.containers()
        self.build(environment)
        inspected = self.run_program(
            *("buildah", "inspect", "--type", "image", f"localhost/{PAGE}:dev"),
            environment=environment,
        )
        config = json.loads(inspected.stdout)["OCIv1"]["config"]
        pod = named(variants()["local with page"], "Deployment", PAGE)["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        self.assertEqual(config["User"], "65532:65532")
        self.assertEqual(config["StopSignal"], "SIGQUIT")
        (port,) = container["ports"]
        self.assertEqual(list(config["ExposedPorts"]), [f"{port['containerPort']}/tcp"])
        self.assertEqual(pod["securityContext"], server_pod(variants()["local"])["securityContext"])
