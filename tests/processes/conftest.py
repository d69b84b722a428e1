"""One migrated template for all towns of the session, and a fresh town for every test."""

import pytest

from tests.processes.town import Town, make_template


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    return make_template(tmp_path_factory.mktemp("template") / "data")


@pytest.fixture
def town(tmp_path, template):
    built = Town(tmp_path, template=template)
    yield built
    built.close()
    built.check_logs()
