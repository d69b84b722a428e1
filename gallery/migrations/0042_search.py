import django.db.models.deletion
from django.db import migrations, models

# FTS5's tokenizer parts at spaces only: it takes all that is not ASCII for letters, and these of ASCII.
MAKE_ON_SQLITE = """
    CREATE VIRTUAL TABLE gallery_search USING fts5(
        text, content='gallery_imagetext', content_rowid='image_id', tokenize="ascii tokenchars '_+-.:'"
    )
"""
# Made of tokens, not of a text: PostgreSQL's parser is not asked to part words. Beside them stands in which stretches
# of ids a row lies, of 256, 2,048, 16,384 and 131,072. Searches read what waits to be put into the index: little of it.
MAKE_ON_POSTGRESQL = (
    """
    CREATE FUNCTION gallery_search_tokens(image_id bigint, text text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (
            coalesce(string_agg('''' || token || ''':' || place, ' '), '')
            || format(
                ' ''_w8_%s'' ''_w11_%s'' ''_w14_%s'' ''_w17_%s''',
                image_id >> 8, image_id >> 11, image_id >> 14, image_id >> 17
            )
        )::tsvector
        FROM unnest(string_to_array(text, ' ')) WITH ORDINALITY AS found(token, place) WHERE token <> '_'
    $$
    """,
    """
    ALTER TABLE gallery_imagetext
    ADD COLUMN tokens tsvector GENERATED ALWAYS AS (gallery_search_tokens(image_id, text)) STORED
    """,
    "CREATE INDEX gallery_search ON gallery_imagetext USING gin (tokens) WITH (gin_pending_list_limit = 256)",
)
REMOVE_ON_POSTGRESQL = (
    "ALTER TABLE gallery_imagetext DROP COLUMN tokens",
    "DROP FUNCTION gallery_search_tokens(bigint, text)",
)


def make_index(apps, schema_editor):
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in (MAKE_ON_SQLITE,) if on_sqlite else MAKE_ON_POSTGRESQL:
        schema_editor.execute(statement, params=None)


def remove_index(apps, schema_editor):
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in ("DROP TABLE gallery_search",) if on_sqlite else REMOVE_ON_POSTGRESQL:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0041_tags_are_deleted_with_undo"),
    ]

    operations = [
        migrations.CreateModel(
            name="FacetChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("facet", models.CharField(max_length=64)),
                ("before_id", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ImageChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("image_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="ImageText",
            fields=[
                (
                    "image",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="gallery.image",
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunPython(make_index, remove_index),
        # What is there already is found once the worker has read it, the newest first.
        migrations.RunSQL(
            "INSERT INTO gallery_imagechange (image_id) SELECT id FROM gallery_image ORDER BY id DESC",
            "DELETE FROM gallery_imagechange",
        ),
    ]
