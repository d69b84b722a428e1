"""A fresh town for every test."""

from pathlib import Path

import pytest

from tests.processes.fork_server import ForkServer
from tests.processes.town import Town

HERE = Path(__file__).parent
BROWSER = HERE.parent / "browser"


@pytest.hookimpl(trylast=True)  # after they were shuffled
def pytest_collection_modifyitems(items):
    """Towns come first, as they are the longest lane, then browsers: what is short fills the gaps at the end."""
    items.sort(key=lambda item: (not item.path.is_relative_to(HERE), not item.path.is_relative_to(BROWSER)))


@pytest.fixture(scope="session")
def fork_server():
    server = ForkServer()
    yield server
    server.close()


@pytest.fixture
def town(tmp_path, template, fork_server):
    built = Town(tmp_path, template=template, fork_server=fork_server)
    yield built
    built.close()
    built.check_logs()
