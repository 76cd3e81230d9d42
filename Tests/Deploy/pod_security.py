"""The Pod Security Standard "restricted", as a list of what a pod breaks of it.

https://kubernetes.io/docs/concepts/security/pod-security-standards/ : first what "baseline" asks,
then what "restricted" adds. A cluster refuses the pods of a namespace with this label that break
one; here it is known before.
"""

from manifests import containers

VOLUMES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral",
    "persistentVolumeClaim", "projected", "secret",
}  # fmt: skip
SYSCTLS = {
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
}  # fmt: skip
SECCOMP = {"RuntimeDefault", "Localhost"}


def violations(pod):
    """What a pod (or its template) breaks."""
    spec = pod["spec"]
    return list(_pod(spec, spec.get("securityContext", {}))) + [
        f"{container['name']}: {broken}"
        for container in containers(pod)
        for broken in _container(container, spec.get("securityContext", {}))
    ]


def _pod(spec, security):
    for field in "hostNetwork", "hostPID", "hostIPC":
        if spec.get(field):
            yield field
    for volume in spec.get("volumes", []):
        if not VOLUMES & volume.keys():
            yield f"a volume of another kind: {volume}"
    for sysctl in security.get("sysctls", []):
        if sysctl["name"] not in SYSCTLS:
            yield f"sysctl {sysctl['name']}"
    if security.get("runAsUser") == 0:
        yield "runs as root"
    if security.get("windowsOptions", {}).get("hostProcess"):
        yield "hostProcess"


def _container(container, pod_security):
    own = container.get("securityContext", {})
    security = pod_security | own
    capabilities = own.get("capabilities", {})
    if own.get("privileged"):
        yield "privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "may get more privileges"
    if capabilities.get("drop") != ["ALL"]:
        yield "keeps capabilities"
    if set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        yield "adds capabilities"
    if any(port.get("hostPort") for port in container.get("ports", [])):
        yield "hostPort"
    if own.get("procMount", "Default") != "Default":
        yield "procMount"
    if security.get("runAsNonRoot") is not True:
        yield "may run as root"
    if own.get("runAsUser") == 0:
        yield "runs as root"
    if security.get("seccompProfile", {}).get("type") not in SECCOMP:
        yield "no seccomp profile"
    if security.get("appArmorProfile", {}).get("type") == "Unconfined":
        yield "no AppArmor"
    if security.get("seLinuxOptions", {}).keys() & {"user", "role"}:
        yield "SELinux user or role"
