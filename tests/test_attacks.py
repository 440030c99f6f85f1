"""Every attack of the suite ends in a definite mark, warm and cold, and leaves nothing behind."""

import pytest

from rnncourse.grading.isolation import SANDBOXED, UNPROTECTED
from rnncourse.grading.kernels import forked
from tests.attacks.suite import attacks, decoys, run

pytestmark = pytest.mark.e2e
ATTACKS = attacks()
HARMLESS = ["read_decoy", "escape_loopback", "escape_local_socket", "escape_abstract_socket"]


@pytest.fixture(scope="module")
def where():
    """Return what tells an attack where its decoys are."""
    with decoys() as told:
        yield told


@pytest.mark.parametrize("mode", ["warm", "cold"])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_is_contained(attack, mode, where, warm_kernels, monkeypatch):
    """Its mark and reason are as its file says, and nothing else has happened."""
    if mode == "cold":
        monkeypatch.delenv(forked.SERVER)
    assert run(attack, SANDBOXED, where).problem(attack) == ""


@pytest.mark.parametrize("name", HARMLESS)
def test_attack_gets_out_where_there_is_no_sandbox(name, where):
    """These do no harm where they work, and they work: the suite can fail."""
    (attack,) = attacks(name)
    assert run(attack, UNPROTECTED, where).problem(attack) == "it got out"


def test_suite_is_large():
    """A file that is lost is noticed."""
    assert len(ATTACKS) >= 75
