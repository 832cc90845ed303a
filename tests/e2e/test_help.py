"""Help is there wherever somebody may ask for it: for each verb, for each group of verbs, and in both orders of the words."""

import re

import pytest

from fcemu import fcemu

ROW = re.compile(r"^  (\S[^\n]*?)  +\S", re.M)


def verbs():
    listed = fcemu("help").stdout.split("Verbs:\n")[1].split("\n\n")[0]
    return ROW.findall(listed)


VERBS = verbs()
GROUPS = sorted({verb.split()[0] for verb in VERBS if verb.split()[0] not in VERBS})


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_explains_itself(verb):
    told = fcemu(*verb.split(), "--help")

    assert told.returncode == 0
    assert told.stdout.startswith(f"fcemu {verb}")
    assert fcemu("help", *verb.split()).stdout == told.stdout


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_lists_its_verbs(group):
    told = fcemu(group, "--help")

    assert told.returncode == 0
    assert [f"fcemu {verb}" for verb in VERBS if verb.startswith(f"{group} ")] == ROW.findall(told.stdout)
    assert fcemu("help", group).stdout == told.stdout


def test_a_group_alone_is_a_mistake_that_lists_its_verbs():
    told = fcemu("snapshot")

    assert told.returncode == 2
    assert "fcemu snapshot save" in told.stderr
