"""A batch in a real browser: rows pasted, mended, priced and started; the run drawn as a sheet and downloaded."""

import re

import pytest
from PIL import Image as Pillow
from playwright.sync_api import expect

from gallery.models import Run
from tests.browser.test_every_page import findings

pytestmark = pytest.mark.django_db(transaction=True)

WRONG = "prompt;model;shape;seed\na red door;flux2-pro;256x128;7\na blue door;;1000x1000;8\n"
RIGHT = WRONG.replace("flux2-pro", "flux-2-pro").replace("1000x1000", "256x128")


def test_rows_are_mended_priced_made_and_drawn_as_one_picture(studio, busy_worker, complaints, tmp_path):
    page = studio
    page.locator(".pickers").get_by_text("More").click()
    page.get_by_role("link", name="Batch", exact=True).click()
    page.get_by_role("textbox", name="Rows").fill(WRONG)
    page.get_by_role("button", name="Check and see the price").click()
    expect(page.get_by_role("alert")).to_have_text("2 lines need a change. Nothing was bought.")
    expect(page.get_by_role("row", name=re.compile("^2 model"))).to_contain_text("Use flux-2-pro.")
    assert findings(page) == []
    page.get_by_role("textbox", name="Rows").fill(RIGHT)
    page.get_by_role("button", name="Check and see the price").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review 2 images")
    assert not Run.objects.exists()
    page.get_by_role("button", name=re.compile("^Generate 2 images")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("a red door and 1 more row")
    expect(page.locator(".cell.done img")).to_have_count(2, timeout=30_000)

    page.locator("#sheet-menu summary").click()
    assert findings(page) == []
    page.get_by_label("Format").select_option("png")
    page.get_by_role("button", name="Make a sheet").click()
    link = page.locator(".made-sheet").get_by_role("link", name=re.compile("^Download"))
    expect(link).to_be_visible(timeout=30_000)
    assert findings(page) == []
    with page.expect_download() as download:
        link.click()
    download.value.save_as(tmp_path / "sheet.png")
    with Pillow.open(tmp_path / "sheet.png") as picture:
        assert picture.width > 512
        assert len(picture.getcolors(1_000_000)) > 1_000  # two pictures, not two empty places
    page.get_by_role("button", name="Delete this sheet").click()
    expect(page.locator(".made-sheet")).to_have_count(0)
    assert complaints == []


def test_without_script_a_file_is_chosen_and_started(browser, live_server, owner_client, cookie, tmp_path):
    table = tmp_path / "rows.csv"
    table.write_bytes("prompt,seed\nein Käfer,7\n".encode("utf-16"))
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([cookie(owner_client)])
    page = context.new_page()
    page.goto(f"{live_server.url}/batch/")
    page.locator("#id_file").set_input_files(table)
    page.locator("#check").click()
    page.locator("#generate").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ein Käfer")
    page.locator("#sheet-menu summary").click()
    page.locator("#make-sheet").click()
    expect(page.locator(".made-sheet")).to_contain_text("being drawn")
    context.close()
