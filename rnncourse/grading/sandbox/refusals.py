"""What on this machine refuses namespaces to a sandbox, and the command that allows them."""

from pathlib import Path

KNOBS = {
    "kernel/apparmor_restrict_unprivileged_userns": ("1", "0", "Ubuntu's AppArmor refuses them"),
    "kernel/unprivileged_userns_clone": ("0", "1", "a setting of the kernel refuses them"),
    "user/max_user_namespaces": ("0", "15000", "a setting of the kernel allows none"),
}
"""Settings below /proc/sys: the value that refuses, one that allows, and what to say."""
CONTAINERS = ("run/.containerenv", ".dockerenv")


def refusal(root: Path = Path("/")) -> str:
    """Return why programs may make no user namespaces here and what helps, or "".

    Args:
        root: The root folder of the machine.
    """
    for knob, (refuses, allows, why) in KNOBS.items():
        setting = root / "proc/sys" / knob
        if setting.exists() and setting.read_text().strip() == refuses:
            mend = f"{knob.replace('/', '.')}={allows}"
            return (
                f"Sandboxes need user namespaces, and {why}. Allow them: sudo sysctl {mend} "
                f"(for good: echo {mend} | sudo tee /etc/sysctl.d/60-rnncourse.conf)."
            )
    if any((root / name).exists() for name in CONTAINERS):
        return (
            "This is a container, and its engine refuses further namespaces. Grade outside of it, "
            "or allow them when you start it: --security-opt seccomp=unconfined "
            "--security-opt apparmor=unconfined --security-opt systempaths=unconfined."
        )
    return ""
