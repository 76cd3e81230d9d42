"""Amazon ECR: `make ecr-login`, and the two ways in which a cluster's login does not end."""

import base64
import fnmatch
import json
import os
import re

import ecr
import kubernetes_validate
import registry
import support
import yaml
from support import DIST, ROOT

FOLDER = ROOT / "deploy/ecr"


class LoginTests(support.TestCase):
    def setUp(self):
        self.logins = self.folder() / "auth.json"
        self.environment = registry.without_settings() | {
            "REGISTRY_AUTH_FILE": str(self.logins),
            "REGISTRY": f"{ecr.HOST}/team",
        }

    def log_in(self, status=0, **settings):
        return self.run_program(
            ROOT / "scripts/ecr-login",
            status=status,
            environment=self.environment | settings,
            alone=True,
        )

    def repositories(self):
        told = self.run_program(
            *("aws", "ecr", "describe-repositories", "--region", ecr.REGION),
            environment=self.environment,
        ).stdout
        return sorted(one["repositoryName"] for one in json.loads(told)["repositories"])

    def assert_refused(self, words, **settings):
        lines = self.log_in(status=1, **settings).stderr.splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith("ecr-login: "), lines)
        self.assertIn(words, lines[0])
        self.assertFalse(self.logins.exists())

    def test_repositories_are_created_once_and_the_login_is_good_for_a_push(self):
        self.environment |= ecr.start_api(self) | ecr.start_registry(self)
        expected = [f"team/wasm-http-server{x}" for x in ("", "-module", "-wasm")]
        first = self.log_in().stderr.splitlines()
        self.assertCountEqual(first[:-1], [f"created the repository {x}" for x in expected])
        self.assertEqual(self.repositories(), expected)
        self.assertEqual(len(self.log_in().stderr.splitlines()), 1)
        self.assertEqual(self.repositories(), expected)

        overlay = self.folder()
        (overlay / "kustomization.yaml").write_text("kind: Kustomization\n")
        self.run_program(
            ROOT / "scripts/push",
            environment=self.environment | {"OVERLAY": str(overlay)},
            alone=True,
        )
        pinned = yaml.safe_load((overlay / "kustomization.yaml").read_text())["images"]
        self.assertIn(f"{ecr.HOST}/team/wasm-http-server", [one["newName"] for one in pinned])

    def test_what_the_api_refuses_is_one_line(self):
        refusing = ecr.start_api(self) | {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
        self.assert_refused("credentials", **refusing)

    def test_an_api_that_cannot_be_reached_is_one_line(self):
        endpoint = f"http://127.0.0.1:{support.free_port()}"
        who = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        self.assert_refused(
            "Could not connect", AWS_ENDPOINT_URL=endpoint, AWS_MAX_ATTEMPTS="1", **who
        )

    def test_a_registry_that_is_not_ecr_is_one_line(self):
        self.assert_refused("is not ECR", REGISTRY="registry.example.com/team")
        self.assert_refused("is not ECR", REGISTRY=f"{ecr.ACCOUNT}.dkr.ecr.amazonaws.com")
        self.assert_refused("must be a host", REGISTRY=f"https://{ecr.HOST}")
        self.assert_refused("REGISTRY is needed", REGISTRY="")


class RenewalTests(support.TestCase):
    """The CronJob, as it is rendered."""

    @classmethod
    def setUpClass(cls):
        rendered = cls().run_program("kubectl", "kustomize", FOLDER).stdout
        cls.documents = list(yaml.safe_load_all(rendered))

    def find(self, kind):
        (found,) = (one for one in self.documents if one["kind"] == kind)
        return found

    def pod(self):
        return self.find("CronJob")["spec"]["jobTemplate"]["spec"]["template"]

    def renew(self, cluster, status=0, **settings):
        """Runs the container's command with the container's variables, on this machine."""
        (container,) = self.pod()["spec"]["containers"]
        variables = {one["name"]: one.get("value") for one in container["env"]}
        self.assertEqual(
            set(variables), {"API", "SERVICE_ACCOUNT", "NAMESPACE", "HOME"}, "of the container"
        )
        home = self.folder()
        variables |= self.find("ConfigMap")["data"] | {
            "API": cluster.address,
            "SERVICE_ACCOUNT": str(cluster.account),
            "NAMESPACE": self.find("CronJob")["metadata"]["namespace"],
            "HOME": str(home),
            "PATH": os.environ["PATH"],
        }
        done = self.run_program(
            *container["command"],
            *container["args"],
            status=status,
            environment=variables | settings,
            alone=True,
        )
        # Neither the login nor the token may get into a log.
        login = base64.b64encode(f"AWS:{ecr.PASSWORD}".encode()).decode()
        for secret in (ecr.PASSWORD, login, cluster.token):
            self.assertNotIn(secret, done.stdout + done.stderr)
        return done

    def test_it_writes_a_login_that_pods_can_pull_with(self):
        cluster = ecr.Cluster(self)
        api, names = ecr.start_api(self), ecr.start_registry(self)
        done = self.renew(cluster, REGISTRY=ecr.HOST, **api)
        self.assertEqual(done.stdout, f"the login to {ecr.HOST} is new\n")
        self.assertEqual(cluster.requests, [("PATCH", ecr.Cluster.PATH)])
        (key,) = cluster.secret["data"]
        self.assertEqual(key, ".dockerconfigjson")
        config = base64.b64decode(cluster.secret["data"][key], validate=True)
        login = base64.b64encode(f"AWS:{ecr.PASSWORD}".encode()).decode()
        self.assertEqual(json.loads(config), {"auths": {ecr.HOST: {"auth": login}}})

        # What the kubelet does with it.
        logins = self.folder() / "config.json"
        logins.write_bytes(config)
        image = f"docker://{ecr.HOST}/wasm-http-server:test"
        environment = registry.without_settings() | names | {"REGISTRY_AUTH_FILE": str(logins)}
        for command in (
            ("skopeo", "copy", f"oci:{DIST}/images/wasm-http-server-wasm", image),
            ("skopeo", "inspect", image),
        ):
            self.run_program(*command, environment=environment, alone=True)
        logins.write_text((FOLDER / "pull-secret.yaml").read_text().split("'")[1])
        self.run_program(
            *("skopeo", "inspect", image), environment=environment, alone=True, status=1
        )

    def test_the_region_is_that_of_the_registry(self):
        cluster = ecr.Cluster(self)
        tools = self.folder()
        (tools / "aws").write_text('#!/bin/sh\necho "$@" >&2\necho password\n')
        (tools / "aws").chmod(0o755)
        path = f"{tools}:{os.environ['PATH']}"
        for host, region in (
            (ecr.HOST, ecr.REGION),
            (f"{ecr.ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            (f"{ecr.ACCOUNT}.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
            (f"{ecr.ACCOUNT}.dkr-ecr.ap-northeast-1.on.aws", "ap-northeast-1"),
        ):
            done = self.renew(cluster, REGISTRY=host, PATH=path)
            self.assertEqual(done.stderr, f"ecr get-login-password --region {region}\n")

    def test_it_fails_when_the_cluster_or_aws_refuses(self):
        cluster = ecr.Cluster(self)
        api = ecr.start_api(self)
        cluster.status = 403
        self.assertIn("403", self.renew(cluster, status=22, **api).stderr)
        cluster.status = None
        self.renew(cluster, status=22, NAMESPACE="another", **api)
        cluster.requests.clear()
        done = self.renew(cluster, status=None, **api | {"AWS_ACCESS_KEY_ID": ""})
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(cluster.requests, [])
        self.assertEqual(cluster.secret["data"], {})

    def test_it_may_change_one_secret_and_nothing_else(self):
        role, binding = self.find("Role"), self.find("RoleBinding")
        self.assertEqual(
            role["rules"],
            [
                {
                    "apiGroups": [""],
                    "resources": ["secrets"],
                    "resourceNames": ["ecr-pull-secret"],
                    "verbs": ["patch"],
                }
            ],
        )
        self.assertEqual(binding["roleRef"]["kind"], "Role")
        self.assertEqual(binding["roleRef"]["name"], role["metadata"]["name"])
        (subject,) = binding["subjects"]
        account = self.find("ServiceAccount")
        self.assertEqual(
            (subject["kind"], subject["name"], subject["namespace"]),
            ("ServiceAccount", account["metadata"]["name"], account["metadata"]["namespace"]),
        )
        self.assertEqual(self.pod()["spec"]["serviceAccountName"], account["metadata"]["name"])
        kinds = [one["kind"] for one in self.documents]
        self.assertCountEqual(
            kinds, ["ServiceAccount", "Role", "RoleBinding", "ConfigMap", "CronJob"]
        )

    def test_its_next_run_and_all_its_retries_end_before_a_login_does(self):
        job = self.find("CronJob")["spec"]
        _, hours, *days = job["schedule"].split()
        every = int(re.fullmatch(r"\*/(\d+)", hours)[1])
        self.assertEqual(days, ["*", "*", "*"])
        self.assertEqual(24 % every, 0)
        retries = job["jobTemplate"]["spec"]["activeDeadlineSeconds"]
        self.assertLess(every * 3600 + retries, 12 * 3600)

    def test_its_pod_is_restricted(self):
        spec = self.pod()["spec"]
        (container,) = spec["containers"]
        self.assertEqual(spec["securityContext"]["runAsNonRoot"], True)
        self.assertEqual(spec["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertEqual(
            container["securityContext"],
            {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
        )
        self.assertRegex(container["image"], r":\d+\.\d+\.\d+(@sha256:[0-9a-f]{64})?$")
        kinds = {kind for volume in spec["volumes"] for kind in volume.keys() - {"name"}}
        self.assertEqual(kinds, {"projected", "emptyDir"})

    def test_all_of_it_is_valid(self):
        secret = yaml.safe_load((FOLDER / "pull-secret.yaml").read_text())
        for document in [*self.documents, secret]:
            for version in ("1.29", "1.34"):
                kubernetes_validate.validate(document, version, strict=True)

    def test_the_secret_that_is_made_first_is_the_one_that_is_renewed(self):
        secret = yaml.safe_load((FOLDER / "pull-secret.yaml").read_text())
        (name,) = self.find("Role")["rules"][0]["resourceNames"]
        namespace = self.find("CronJob")["metadata"]["namespace"]
        self.assertEqual(secret["metadata"], {"name": name, "namespace": namespace})
        self.assertEqual(secret["type"], "kubernetes.io/dockerconfigjson")
        self.assertEqual(json.loads(secret["stringData"][".dockerconfigjson"]), {"auths": {}})


class CredentialProviderTests(support.TestCase):
    def setUp(self):
        text = (FOLDER / "credential-provider-config.yaml").read_text()
        self.config = yaml.safe_load(text)
        (self.provider,) = self.config["providers"]

    def matches(self, image):
        """As the kubelet compares (k8s.io/kubernetes/pkg/credentialprovider, URLsMatch): host by
        labels of equal number, each a glob."""
        labels = image.split("/")[0].split(".")
        return any(
            len(labels) == len(pattern.split("."))
            and all(map(fnmatch.fnmatchcase, labels, pattern.split(".")))
            for pattern in self.provider["matchImages"]
        )

    def test_it_has_all_that_the_kubelet_requires(self):
        self.assertEqual(self.config["apiVersion"], "kubelet.config.k8s.io/v1")
        self.assertEqual(self.config["kind"], "CredentialProviderConfig")
        self.assertCountEqual(
            self.provider, ["name", "apiVersion", "matchImages", "defaultCacheDuration"]
        )
        self.assertEqual(self.provider["apiVersion"], "credentialprovider.kubelet.k8s.io/v1")
        self.assertRegex(self.provider["defaultCacheDuration"], r"^\d+[smh]$")

    def test_it_is_for_private_registries_of_ecr_and_no_others(self):
        for host in (
            ecr.HOST,
            f"{ecr.ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn",
            f"{ecr.ACCOUNT}.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
            f"{ecr.ACCOUNT}.dkr-ecr.ap-northeast-1.on.aws",
        ):
            self.assertTrue(self.matches(f"{host}/team/wasm-http-server:1"), host)
        for host in ("docker.io", "public.ecr.aws", "evil.com", f"{ecr.HOST}.evil.com"):
            self.assertFalse(self.matches(f"{host}/team/wasm-http-server:1"), host)

    def test_the_policy_allows_to_log_in_and_to_pull_only(self):
        policy = json.loads((FOLDER / "iam-policy.json").read_text())
        actions = set()
        for statement in policy["Statement"]:
            self.assertEqual(statement["Effect"], "Allow")
            allowed = statement["Action"]
            actions |= {allowed} if isinstance(allowed, str) else set(allowed)
        pull = {"BatchGetImage", "BatchCheckLayerAvailability", "GetDownloadUrlForLayer"}
        self.assertEqual(actions, {f"ecr:{x}" for x in pull | {"GetAuthorizationToken"}})
