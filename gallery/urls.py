"""Addresses of the app. Ids in them are random; each verb has an address of its own."""

from django.urls import path

from gallery.views import files, gallery, gate, health, help, images, jobs, losses, queue, runs, studio, welcome

urlpatterns = [
    path("", studio.compose, name="studio"),
    path("studio/check/", studio.check, name="studio-check"),
    path("studio/review/", studio.review, name="studio-review"),
    path("studio/runs/", studio.newest_runs, name="studio-runs"),
    path("runs/", runs.index, name="runs"),
    path("runs/<str:key>/", runs.show, name="run"),
    path("runs/<str:key>/changes/", runs.changes, name="run-changes"),
    path("runs/<str:key>/cancel/", runs.cancel, name="run-cancel"),
    path("runs/<str:key>/resume/", runs.resume, name="run-resume"),
    path("runs/<str:key>/retry/", runs.retry, name="run-retry"),
    path("runs/<str:key>/extend/", runs.extend, name="run-extend"),
    path("runs/<str:key>/extend/check/", runs.check_extension, name="run-extend-check"),
    path("jobs/<str:key>/again/", jobs.again, name="job-again"),
    path("jobs/<str:key>/settle/", jobs.settle, name="job-settle"),
    path("jobs/<str:key>/release/", jobs.release, name="job-release"),
    path("gallery/", gallery.index, name="gallery"),
    path("images/<str:key>/", images.show, name="image"),
    path("images/<str:key>/original", files.original, name="image-original"),
    path("images/<str:key>/thumbnail", files.thumbnail, name="image-thumbnail"),
    path("queue/", queue.index, name="queue"),
    path("queue/losses/", losses.index, name="losses"),
    path("gate/pause/", gate.pause, name="gate-pause"),
    path("gate/resume/", gate.resume, name="gate-resume"),
    path("help/", help.help_page, name="help"),
    path("welcome/<str:token>/", welcome.welcome, name="welcome"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
