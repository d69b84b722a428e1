"""Addresses of the app. Ids in them are random; each verb has an address of its own."""

from django.urls import include, path, re_path

from gallery.views import help
from gallery.views.accounts import invite, sign_in
from gallery.views.compare import compare, model_quality, pairwise
from gallery.views.costs import adjustments, amounts, budgets, drilldown, prices, report, report_mail, statements
from gallery.views.images import files, gallery, image, ratings
from gallery.views.library import presets, prompts, saved_items, templates
from gallery.views.operations import gates, health, queue, unresolved
from gallery.views.runs import jobs, run, sheets
from gallery.views.shares import guest, guest_files, owner
from gallery.views.studio import batch, studio

# A member's links.
SHARES = [
    path("", owner.list_my_shares, name="shares"),
    path("new/", owner.new, name="share-new"),
    path("all/", owner.list_all_shares, name="shares-all"),
    path("with-me/", owner.list_received_shares, name="shares-received"),
    path("<str:key>/", owner.show, name="share"),
    path("<str:key>/change/", owner.change, name="share-change"),
    path("<str:key>/revoke/", owner.revoke, name="share-revoke"),
    path("<str:key>/reopen/", owner.reopen, name="share-reopen"),
    path("<str:key>/replace/", owner.replace, name="share-replace"),
    path("<str:key>/delete/", owner.delete, name="share-delete"),
    path("<str:key>/answers/", owner.switch_feedback, name="share-answers"),
    path("<str:key>/guests/<str:guest>/delete/", owner.delete_guest, name="share-guest-delete"),
]

# A link as a guest opens it.
SHARED = [
    path("", guest.show, name="shared"),
    path("unlock/", guest.unlock, name="shared-unlock"),
    path("compare/", guest.compare, name="shared-compare"),
    path("card.jpg", guest_files.card, name="shared-card"),
    path("all.zip", guest_files.everything, name="shared-zip"),
    path("pictures/<str:key>/", guest.picture, name="shared-picture"),
    path("pictures/<str:key>/answer/", guest.give_feedback, name="shared-answer"),
    path("pictures/<str:key>/thumbnail", guest_files.thumbnail, name="shared-thumbnail"),
    path("pictures/<str:key>/view", guest_files.view, name="shared-view"),
    path("pictures/<str:key>/file", guest_files.download, name="shared-file"),
    path("<path:rest>", guest.nothing, name="shared-nothing"),
]

# allauth's pages at which something can be tried, with our answer to a try too many; its others are in fluxweb.urls.
ACCOUNTS = [
    path("login/", sign_in.LoginView.as_view(), name="account_login"),
    path("reauthenticate/", sign_in.ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("password/change/", sign_in.PasswordChangeView.as_view(), name="account_change_password"),
    path("password/reset/", sign_in.PasswordResetView.as_view(), name="account_reset_password"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        sign_in.PasswordResetFromKeyView.as_view(),
        name="account_reset_password_from_key",
    ),
]

urlpatterns = [
    path("accounts/", include(ACCOUNTS)),
    path("", studio.compose, name="studio"),
    path("studio/check/", studio.check, name="studio-check"),
    path("studio/review/", studio.review, name="studio-review"),
    path("studio/fill/", studio.fill, name="studio-fill"),
    path("studio/runs/", studio.newest_runs, name="studio-runs"),
    path("batch/", batch.batch, name="batch"),
    path("batch/template.csv", batch.template, name="batch-template"),
    path("runs/", run.list_runs, name="runs"),
    path("runs/<str:key>/", run.show, name="run"),
    path("runs/<str:key>/changes/", run.changes, name="run-changes"),
    path("runs/<str:key>/cancel/", run.cancel, name="run-cancel"),
    path("runs/<str:key>/resume/", run.resume, name="run-resume"),
    path("runs/<str:key>/retry/", run.retry, name="run-retry"),
    path("runs/<str:key>/price/", run.price, name="run-price"),
    path("runs/<str:key>/extend/", run.extend, name="run-extend"),
    path("runs/<str:key>/extend/check/", run.check_extension, name="run-extend-check"),
    path("runs/<str:key>/sheets/", sheets.of_run, name="run-sheets"),
    path("sheets/<str:key>/again/", sheets.again, name="sheet-again"),
    path("sheets/<str:key>/delete/", sheets.delete, name="sheet-delete"),
    path("sheets/<str:key>/all.zip", sheets.parts, name="sheet-zip"),
    path("sheets/<str:key>/<int:number>", sheets.part, name="sheet-part"),
    path("jobs/<str:key>/cancel/", jobs.cancel, name="job-cancel"),
    path("jobs/<str:key>/resume/", jobs.resume, name="job-resume"),
    path("jobs/<str:key>/again/", jobs.again, name="job-again"),
    path("jobs/<str:key>/settle/", jobs.settle, name="job-settle"),
    path("jobs/<str:key>/release/", jobs.release, name="job-release"),
    path("jobs/<str:key>/file", files.held_file, name="job-file"),
    path("jobs/<str:key>/look", files.held_look, name="job-look"),
    path("gallery/", gallery.show_gallery, name="gallery"),
    path("images/<str:key>/", image.show, name="image"),
    path("images/<str:key>/repeat/", image.repeat, name="image-repeat"),
    path("images/<str:key>/original", files.original, name="image-original"),
    path("images/<str:key>/thumbnail", files.thumbnail, name="image-thumbnail"),
    path("marks/", ratings.rate, name="marks"),
    path("compare/", compare.show, name="compare"),
    path("compare/pairs/", pairwise.judge, name="compare-pairs"),
    path("compare/models/", model_quality.show, name="compare-models"),
    path("compare/save/", compare.save, name="compare-save"),
    path("compare/saved/<str:key>/", compare.saved, name="comparison"),
    path("compare/saved/<str:key>/delete/", compare.delete, name="comparison-delete"),
    path("costs/", report.show_report, name="costs"),
    path("costs/report.csv", report.as_csv, name="costs-csv"),
    path("costs/runs/", drilldown.runs, name="costs-runs"),
    path("costs/calls/", drilldown.list_calls, name="costs-calls"),
    path("costs/calls.csv", drilldown.as_csv, name="costs-calls-csv"),
    path("costs/amount/", amounts.read, name="amount"),
    path("costs/budgets/", budgets.show_budgets, name="budgets"),
    path("costs/budgets/<str:key>/change/", budgets.change, name="budget-change"),
    path("costs/budgets/<str:key>/end/", budgets.end, name="budget-end"),
    path("costs/adjustments/", adjustments.list_adjustments, name="costs-adjustments"),
    path("costs/adjustments.csv", adjustments.as_csv, name="costs-adjustments-csv"),
    path("costs/adjustments/<str:key>/back/", adjustments.take_back, name="costs-adjustment-back"),
    path("costs/mail/", report_mail.choose, name="costs-mail"),
    path("costs/statements/", statements.list_statements, name="costs-statements"),
    path("costs/statements/add/", statements.add, name="costs-statement-add"),
    path("costs/statements/begin/", statements.begin, name="costs-statement-begin"),
    path("costs/statements/<str:key>/", statements.show, name="costs-statement"),
    path("costs/statements/<str:key>/read/", statements.read_on, name="costs-statement-read"),
    path("costs/statements/<str:key>/decide/", statements.decide, name="costs-statement-decide"),
    path(
        "costs/statements/<str:key>/remainders/<str:difference>/",
        statements.remainder,
        name="costs-statement-remainder",
    ),
    path("costs/statements/<str:key>/withdraw/", statements.withdraw, name="costs-statement-withdraw"),
    path("costs/statements/<str:key>/dates/", statements.dates, name="costs-statement-dates"),
    path("costs/prices/", prices.show_prices, name="prices"),
    path("costs/prices/terms/", prices.add_terms, name="prices-terms"),
    path("prompts/", prompts.list_prompts, name="prompts"),
    path("shares/", include(SHARES)),
    path("s/<str:token>/", include(SHARED)),
    path("presets/", presets.list_presets, name="presets"),
    path("presets/save/", presets.save, name="preset-save"),
    path("presets/<str:key>/", presets.show, name="preset"),
    path("presets/<str:key>/delete/", saved_items.delete, {"kind": "preset"}, name="preset-delete"),
    path("presets/<str:key>/restore/", saved_items.restore, {"kind": "preset"}, name="preset-restore"),
    path("presets/<str:key>/copy/", saved_items.copy, {"kind": "preset"}, name="preset-copy"),
    path("templates/", templates.list_templates, name="templates"),
    path("templates/new/", templates.new, name="template-new"),
    path("templates/export/", templates.export, name="templates-export"),
    path("templates/import/", templates.import_file, name="templates-import"),
    path("templates/<str:key>/", templates.show, name="template"),
    path("templates/<str:key>/use/", templates.use, name="template-use"),
    path("templates/<str:key>/edit/", templates.edit, name="template-edit"),
    path("templates/<str:key>/delete/", saved_items.delete, {"kind": "template"}, name="template-delete"),
    path("templates/<str:key>/restore/", saved_items.restore, {"kind": "template"}, name="template-restore"),
    path("templates/<str:key>/copy/", saved_items.copy, {"kind": "template"}, name="template-copy"),
    path("queue/", queue.show_queue, name="queue"),
    path("queue/losses/", unresolved.list_unresolved, name="losses"),
    path("gate/pause/", gates.pause, name="gate-pause"),
    path("gate/resume/", gates.resume, name="gate-resume"),
    path("secret-key/noted/", gates.note_key_change, name="secret-key-noted"),
    path("help/", help.help_page, name="help"),
    path("welcome/<str:token>/", invite.accept_invite, name="welcome"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
