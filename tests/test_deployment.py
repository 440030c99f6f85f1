"""The fragments of the page about deployments: each loads, and names options that exist."""

import importlib
import re

import pytest
from traitlets.config import Config

from tests.conftest import ROOT

PAGE = (ROOT / "book" / "deployment.md").read_text(encoding="utf-8")
FRAGMENT = re.compile(
    r"^```\{code-block\} python\n:caption: (\S+)\n\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
CLASSES = {
    "JupyterHub": "jupyterhub.app",
    "GenericOAuthenticator": "oauthenticator.generic",
    "DockerSpawner": "dockerspawner",
    "KubeSpawner": "kubespawner",
    "CourseDirectory": "nbgrader.coursedir",
    "ServerApp": "jupyter_server.serverapp",
    "MappingKernelManager": "jupyter_server.services.kernels.kernelmanager",
}
NOT_INSTALLED = {"GenericOAuthenticator", "DockerSpawner", "KubeSpawner"}
"""The course needs none of them; with them installed, their options are looked up, too."""


def loaded(fragment):
    """Return the settings that a fragment makes."""
    config = Config()
    exec(compile(fragment, "deployment.md", "exec"), {"c": config})  # noqa: S102 - our own page
    return config


@pytest.mark.parametrize(("file", "fragment"), FRAGMENT.findall(PAGE))
def test_fragment_names_options_that_exist(file, fragment):
    """A setting of a misspelt option would be ignored in silence."""
    config = loaded(fragment)
    assert config
    for name, settings in config.items():
        try:
            module = importlib.import_module(CLASSES[name])
        except ModuleNotFoundError:
            assert name in NOT_INSTALLED
            continue
        options = getattr(module, name).class_traits(config=True)
        assert set(settings) <= set(options), f"{file}: {name}"


def test_all_code_of_the_page_is_a_fragment():
    """What is not Python is the web server's and the shell's."""
    languages = re.findall(r"^```(\{code-block\} \w+|\w+)$", PAGE, re.MULTILINE)
    others = [language for language in languages if language != "{code-block} python"]
    assert others == ["text", "bash"]
    assert len(FRAGMENT.findall(PAGE)) == languages.count("{code-block} python")
