"""The subcommands of `wharf`, and the words that stand before them."""

from __future__ import annotations

COMMANDS = {
    "attach": ("sessions", "attach to a running container's console"),
    "cleanup": ("lifecycle", "unmount and free what an ended container holds"),
    "commit": ("content", "make an image of a container"),
    "completion": ("completion", "print what a shell needs to complete wharf's words"),
    "container clone": ("container_clone", "make a container like another one"),
    "container inspect": ("listing", "show all that is known of containers"),
    "cp": ("copying", "copy files between the host and containers"),
    "create": ("create", "create a container without starting it"),
    "demo": ("demo", "make the demo image and the demo containers"),
    "diff": ("content", "show which files differ from the image"),
    "doctor": ("host", "say what is missing on this host, and how to mend it"),
    "events": ("events", "show what happened to containers, and what happens"),
    "exec": ("executing", "run a command in a running container"),
    "export": ("files", "write a container's files as a tar archive"),
    "foreign": ("foreign", "list and work the containers of other engines: podman, CRI-O, containerd, runc"),
    "healthcheck": ("health", "run the health check of a container"),
    "host ls": ("hosts", "list the other machines of the configuration: whether they answer, and what runs there"),
    "history": ("images", "show how an image was made"),
    "image inspect": ("listing", "show all that is known of images"),
    "image exists": ("images", "tell by the exit code whether an image is there"),
    "image mount": ("image_mounts", "mount images read only, or list the mounted ones"),
    "image prune": ("images", "remove images that nothing uses"),
    "image tree": ("image_tree", "show the layers of an image, or what is built upon it"),
    "image trust": ("image_trust", "show or set whose images are taken"),
    "image unmount": ("image_mounts", "unmount images"),
    "images": ("images", "list the images"),
    "import": ("transfers", "make an image of a tar archive of a root file system"),
    "info": ("host", "describe the host and the store"),
    "init": ("lifecycle", "create the process of containers without starting it"),
    "inspect": ("listing", "show all that is known of containers or images"),
    "journal": ("journal", "show what was done from the screen, also as a script that does it again"),
    "kill": ("lifecycle", "send a signal to containers"),
    "kube down": ("kube", "take down what was played from a file of Kubernetes manifests"),
    "kube generate": ("kube", "make Kubernetes manifests of pods, containers and volumes"),
    "kube play": ("kube", "make what a file of Kubernetes manifests describes, and start it"),
    "load": ("transfers", "load images from an archive"),
    "login": ("transfers", "log in to a registry"),
    "logout": ("transfers", "forget the login of a registry"),
    "logs": ("listing", "show what a container has printed"),
    "mount": ("files", "mount a container's root file system, or list the mounted ones"),
    "network connect": ("networks", "connect a container to a network"),
    "network create": ("networks", "make a network"),
    "network disconnect": ("networks", "disconnect a container from a network"),
    "network exists": ("networks", "tell by the exit code whether a network is there"),
    "network inspect": ("networks", "show all that is known of networks"),
    "network ls": ("networks", "list the networks"),
    "network prune": ("networks", "remove networks that nothing uses"),
    "network reload": ("networks", "set up the networks of containers anew, after the firewall lost its rules"),
    "network rm": ("networks", "remove networks"),
    "pause": ("lifecycle", "pause all processes of containers"),
    "plain": ("plain.command", "work containers by lines and numbers, without a full screen"),
    "pod clone": ("pod_clone", "make a pod like another one"),
    "pod create": ("pods", "make a pod: containers that share namespaces and limits"),
    "pod exists": ("pods", "tell by the exit code whether a pod is there"),
    "pod inspect": ("pod_listing", "show all that is known of pods"),
    "pod kill": ("pods", "send a signal to the containers of pods"),
    "pod logs": ("pod_listing", "show what the containers of a pod have printed"),
    "pod pause": ("pods", "pause the containers of pods"),
    "pod prune": ("pods", "remove the pods of which no container runs any more"),
    "pod ps": ("pod_listing", "list the pods"),
    "pod restart": ("pods", "stop the containers of pods and start them again"),
    "pod rm": ("pods", "remove pods with their containers"),
    "pod start": ("pods", "start the containers of pods"),
    "pod stats": ("pod_listing", "show what the containers of pods use"),
    "pod stop": ("pods", "stop the containers of pods"),
    "pod top": ("pod_listing", "show the processes of a pod"),
    "pod unpause": ("pods", "let paused pods go on"),
    "port": ("ports", "show which ports of the host lead to a container"),
    "ps": ("ps", "list the containers"),
    "pull": ("transfers", "pull an image"),
    "push": ("transfers", "copy an image to a registry or another place"),
    "rename": ("lifecycle", "give a container another name"),
    "restart": ("lifecycle", "stop containers and start them again"),
    "rm": ("lifecycle", "remove containers"),
    "rmi": ("images", "remove images"),
    "run": ("create", "create a container and start it"),
    "save": ("transfers", "write an image to an archive"),
    "search": ("search", "search registries for an image, or list the tags of a repository"),
    "secret create": ("secrets", "keep a secret that containers can get"),
    "secret exists": ("secrets", "tell by the exit code whether a secret is there"),
    "secret inspect": ("secrets", "show all that is known of secrets"),
    "secret ls": ("secrets", "list the secrets"),
    "secret rm": ("secrets", "remove secrets"),
    "start": ("lifecycle", "start containers"),
    "stop": ("lifecycle", "stop containers"),
    "tag": ("images", "give an image a further name"),
    "top": ("listing", "show the processes of a container"),
    "umount": ("files", "unmount a container's root file system"),
    "unpause": ("lifecycle", "let paused containers go on"),
    "untag": ("images", "take names of an image away"),
    "container checkpoint": ("checkpoints", "write the processes of containers to disk, and end them"),
    "container restore": ("checkpoints", "take containers up where their checkpoint left them"),
    "container exists": ("system", "tell by the exit code whether a container is there"),
    "container prune": ("system", "remove containers that do not run"),
    "stats": ("stats", "show what containers use"),
    "system df": ("system", "show what images, containers and volumes take on disk"),
    "system prune": ("system", "remove what nothing uses"),
    "volume create": ("volumes", "make a volume"),
    "volume exists": ("volumes", "tell by the exit code whether a volume is there"),
    "volume export": ("volumes", "write a volume's files as a tar archive"),
    "volume import": ("volumes", "unpack a tar archive into a volume"),
    "volume inspect": ("volumes", "show all that is known of volumes"),
    "volume mount": ("volumes", "have a volume mounted, and show where its files are"),
    "volume unmount": ("volumes", "let go of mounted volumes"),
    "volume ls": ("volumes", "list the volumes"),
    "volume prune": ("volumes", "remove the volumes that no container has"),
    "volume rm": ("volumes", "remove volumes"),
    "update": ("update", "change the limits of a container"),
    "version": ("host", "show the versions"),
    "wait": ("lifecycle", "wait for containers to end, and show their exit codes"),
}
"""Subcommand → the module that has it, and its line in the help."""

SCREEN_COMMANDS = {
    "config": "check the screen's configuration, or say where it is",
    "web": "serve the screen to a browser on this machine",
    "workspace": "list the screen's workspaces, or remove some",
}
"""Those that whoever shows the screen carries out → the line in the help."""

_OF_GROUPS = {
    "image": ("diff", "history", "import", "load", "pull", "push", "save", "search", "tag", "untag"),
    "container": (
        *("attach", "cleanup", "commit", "create", "diff", "exec", "export", "kill", "logs", "mount", "pause"),
        *("cp", "init", "stats", "update"),
        *("port", "ps", "rename", "restart", "rm", "run", "start", "stop", "top", "umount", "unpause", "wait"),
    ),
    "system": ("info",),
}
"""Subcommands of one word that may have a word before them."""

_OTHER_WORDS = {
    "container": {"list": "ps", "ls": "ps", "unmount": "umount"},
    "generate": {"kube": "kube generate"},
    "host": {"list": "host ls"},
    "image": {"list": "images", "ls": "images", "rm": "rmi", "umount": "image unmount"},
    "network": {"list": "network ls", "remove": "network rm"},
    "play": {"kube": "kube play"},
    "pod": {"list": "pod ps", "ls": "pod ps"},
    "secret": {"list": "secret ls", "remove": "secret rm"},
    "volume": {"list": "volume ls", "remove": "volume rm"},
}
"""Subcommands that have another name behind a word."""


OTHER_NAMES = {"unmount": "umount"}
"""Subcommands of one word that have another name."""


def _groups() -> dict[str, dict[str, str]]:
    groups: dict[str, dict[str, str]] = {}
    for name in COMMANDS:
        group, _, word = name.partition(" ")
        if word:
            groups.setdefault(group, {})[word] = name
    for group, words in _OF_GROUPS.items():
        groups.setdefault(group, {}).update({word: word for word in words})
    for group, others in _OTHER_WORDS.items():
        groups.setdefault(group, {}).update(others)
    return groups


GROUPS = _groups()
"""Words before a subcommand, as podman has them → what may be behind them → the subcommand that it is."""
