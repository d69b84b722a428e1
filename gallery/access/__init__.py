"""Who may see and change what. Every view asks here first; what is not yours does not exist."""

from gallery.access.collections import (
    collection_add,
    collection_read,
    collection_restore,
    collection_write,
    item_cursor,
    item_found,
    tag_restore,
    tag_write,
)
from gallery.access.costs import (
    adjustment_write,
    budget_manage,
    difference_cursor,
    loss_cursor,
    remainder_read,
    statement_read,
)
from gallery.access.images import (
    bulk_act_write,
    chosen_keys,
    comparison_read,
    comparison_write,
    image_around,
    image_cursor,
    image_read,
    image_write,
    images_of_trash,
    images_read,
    images_write,
    search_write,
    selection_named,
    selection_read,
    trash_cursor,
)
from gallery.access.library import (
    past_prompt_read,
    reference_read,
    reference_write,
    saved_item_read,
    saved_item_restore,
    saved_item_write,
    size_write,
    template_read,
)
from gallery.access.rights import MemberRequest, admin_only, cursor_row, holders_only, require
from gallery.access.runs import (
    held_read,
    job_read,
    job_settle,
    job_write,
    run_read,
    run_write,
    sheet_part_read,
    sheet_write,
)
from gallery.access.shares import guest_write, share_received, share_revoke, share_write

__all__ = [
    "MemberRequest", "adjustment_write", "admin_only", "budget_manage", "bulk_act_write", "chosen_keys",
    "collection_add", "collection_read", "collection_restore", "collection_write", "comparison_read",
    "comparison_write", "cursor_row", "difference_cursor", "guest_write", "held_read", "holders_only", "image_around",
    "image_cursor", "image_read", "image_write", "images_of_trash", "images_read", "images_write", "item_cursor",
    "item_found", "job_read", "job_settle", "job_write", "loss_cursor", "past_prompt_read", "reference_read",
    "reference_write", "remainder_read", "require", "run_read", "run_write", "saved_item_read", "saved_item_restore",
    "saved_item_write", "search_write", "selection_named", "selection_read", "share_received", "share_revoke",
    "share_write", "sheet_part_read", "sheet_write", "size_write", "statement_read", "tag_restore", "tag_write",
    "template_read", "trash_cursor",
]  # fmt: skip
