"""The main job in a real browser: sign in, compose, see the price, generate, watch, open, download, find again."""

import re

import pytest
from playwright.sync_api import expect

from gallery.models import Image, Run

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_person_makes_four_pictures_and_keeps_one(page, live_server, owner, world, busy_worker, complaints):
    page.goto(live_server.url)
    page.get_by_label("Username or email").fill("olga")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("textbox", name="Prompt").fill("a lighthouse in fog")
    tick(page, "flux-2-klein-4b")
    page.get_by_label("Seeds").fill("42, 43")
    generate = page.locator("#generate")
    expect(generate).to_contain_text("Generate 4 images")
    expect(generate).to_contain_text("$0.04")
    assert not Run.objects.exists()
    generate.click()

    expect(page).to_have_url(re.compile(r"/runs/\w+/$"))
    run_address = page.url
    expect(page.locator(".cell.done img")).to_have_count(4, timeout=20_000)
    expect(page.locator("#progress")).to_contain_text("4 done")
    expect(page).to_have_title(re.compile("4 of 4 done"))
    assert page.evaluate("() => performance.getEntriesByType('navigation')[0].type") == "navigate"
    assert page.evaluate("() => performance.getEntriesByType('navigation').length") == 1
    assert page.url == run_address
    assert [post.body["seed"] for post in world.till] == [42, 42, 43, 43]

    page.locator(".cell.done a").nth(2).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("a lighthouse in fog")
    expect(page.locator("dl")).to_contain_text("43")
    page.locator("summary", has_text="Download").first.click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Original").click()
    image = Image.objects.get(key=page.url.split("/")[-2])
    post = next(post for post in world.till if post.request_id == image.attempt.request_id)
    assert waiting.value.path().read_bytes() == world.picture(post.result_url)
    assert waiting.value.suggested_filename == f"{image.model}-43-{image.key}.jpg"

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Gallery").click()
    expect(page.locator(".tile img")).to_have_count(4)
    page.locator(f'.tile a[href$="{image.key}/"]').click()
    page.get_by_role("dialog").get_by_role("link", name="Its page").click()
    expect(page).to_have_url(re.compile(f"/images/{image.key}/$"))
    assert complaints == []


def tick(page, model):
    page.locator(f'input[name=model][value="{model}"]').check()
