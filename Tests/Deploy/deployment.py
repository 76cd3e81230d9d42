"""A Deployment: so many pods, and how they are replaced by others."""

import concurrent.futures


class Deployment:
    """What Kubernetes' controllers do with maxSurge 1 and maxUnavailable 0, for pods on one node
    and a proxy that has them as its endpoints."""

    def __init__(self, node, documents, replicas):
        self.node, self.documents, self.replicas = node, documents, replicas
        self.pods = []

    def start(self):
        """Has all pods there, and ready."""
        while len(self.pods) < self.replicas:
            self.pods.append(self.node.start(self.documents))
        for pod in self.pods:
            pod.wait_until_ready()

    def roll(self, documents, proxy):
        """Replaces all pods, under way to the proxy's traffic; gives the exit statuses of the old.

        A new pod; when it is ready, an old one is deleted, and while that drains the next new one
        starts. The proxy has to find out by readiness that a pod leaves.
        """
        self.documents = documents

        def delete(pod):
            status = pod.delete()
            proxy.remove(pod)
            return status

        with concurrent.futures.ThreadPoolExecutor() as deletions:
            statuses = []
            for place, old in enumerate(self.pods):
                new = self.node.start(documents)
                new.wait_until_ready()
                proxy.add(new)
                self.pods[place] = new
                statuses.append(deletions.submit(delete, old))
            return [status.result() for status in statuses]

    def remove(self):
        """Ends them without ceremony."""
        while self.pods:
            self.pods.pop().remove()
