"""`manage.py jobs`: every job with its attempts and money."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gallery.catalogue.numbers.money import money
from gallery.services.ledger import job_export


class Command(BaseCommand):
    help = "Prints every job, oldest first, with its attempts and money."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["text", "jsonl"], default="text")

    def handle(self, *, format: str, **_: object) -> None:
        write = self._write_json if format == "jsonl" else self._write_text
        for line in job_export.export_lines():
            write(line)

    def _write_json(self, line: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(line, ensure_ascii=True))

    def _write_text(self, line: dict[str, Any]) -> None:
        paid = ", ".join(f"{each['money']} {money(each['micros'])}" for each in line["attempts"]) or "nothing sent"
        prompt = " ".join(line["prompt"].split())[:60]
        self.stdout.write(
            f"{line['created_at'][:19]}  {line['job']}  {line['state']:9}  {line['model']:19}  {paid:24}  {prompt}"
        )
