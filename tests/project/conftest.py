"""What olga has, for every door that asks for it."""

import pytest

from tests.things import make_things


@pytest.fixture
def things(owner, worker, provider_server, world):
    return make_things(owner, worker=worker, world=world)
