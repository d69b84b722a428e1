"""The README's commands, run as they stand there, in a fresh copy of what git knows."""

import html
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.processes.town import free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def command_with(part):
    """The first command of the README that holds this part."""
    lines = (line for line in README.splitlines() if line.startswith((".venv/", "python3 ")))
    return next(line for line in lines if part in line)


@pytest.fixture
def clone(tmp_path):
    """A copy of the files git knows, without anything this machine has made beside them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def running(clone):
    """The README's first command, only at a port of our own; yields its address and what it printed."""
    address = f"127.0.0.1:{free_port()}"
    command = f"exec bash -c '{command_with('manage.py up')} --bind {address}'"
    foreign = ("FLUX", "DJANGO_", "DATABASE_URL", "REDIS_URL", "STORAGE_URL", "VIRTUAL_ENV")
    env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    log = clone / "up.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command, shell=True, cwd=clone, env=env, stdout=out, stderr=out, start_new_session=True
        )
    try:
        wait_until(lambda: process.poll() is not None or "/welcome/" in log.read_text(), seconds=240, every=0.3)
        wait_until(lambda: _answers(f"http://{address}/readyz"), seconds=60, every=0.3)
        yield f"http://{address}", log
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _answers(address):
    try:
        return httpx.get(address).status_code == 200
    except httpx.TransportError:
        return False


def test_from_the_first_command_to_a_picture_without_a_question(running):
    address, log = running
    link = re.search(r"http\S+/welcome/\S+", log.read_text())[0]
    with httpx.Client(base_url=address, follow_redirects=True, timeout=30) as browser:
        post(browser, link, username="mia", password1="light table 5", password2="light table 5")
        run = post(browser, "/", prompt="a lighthouse in fog", model="flux-2-klein-4b", seed="7", aspect_ratio="1:1")
        wait_until(lambda: "/original" in image_page(browser, run), every=0.5)
        picture = browser.get(re.search(r'href="(/images/\w+/original)', image_page(browser, run))[1])
        assert picture.content[:2] == b"\xff\xd8"
        assert "Traceback" not in log.read_text()


def post(browser, address, **fields):
    """Fill the form of a page in and send it, like a person; return the page it leads to."""
    page = browser.get(address)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    answer = browser.post(page.url, data={**hidden, **fields}, headers={"Referer": str(page.url)})
    assert answer.status_code == 200, answer.text[:500]
    return answer.url


def image_page(browser, run):
    found = re.search(r'href="(/images/\w+/)"', html.unescape(browser.get(run).text))
    return browser.get(found[1]).text if found else ""


def test_ci_runs_the_readmes_test_command():
    command = command_with("-m pytest")
    assert command.endswith(".venv/bin/python -m pytest -n 3")
    script = (ROOT / ".ci" / "run").read_text()
    assert 'grep -m1 -e "-m pytest" README.md' in script


def test_requirements_are_pinned_with_hashes_and_name_no_index():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        pins = re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)
        assert len(pins) > 20
        assert text.count("--hash=sha256:") >= len(pins)
        assert not re.findall(r"^-|https?://", text, re.MULTILINE), "an option or an address of this machine"
