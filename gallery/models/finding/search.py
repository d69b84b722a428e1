"""What pictures are found by: a text for each, and what has changed since it was written.

The index itself is no Django table: on SQLite an FTS5 table without a text of its own, on PostgreSQL a column and its
GIN index. Both are made of `ImageText.text` alone, by the database.
"""

from django.db import models

from gallery.models.images import Image


class ImageText(models.Model):
    """The text of one picture that does not lie in the trash, as catalogue/search/documents.py writes it.

    The row and its place in the index go together, in services/search; so no picture that goes takes it along.
    """

    image = models.OneToOneField(
        Image, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="search_text"
    )
    text = models.TextField()

    def __str__(self) -> str:
        return f"text of image {self.image_id}"


class ImageChange(models.Model):
    """A picture whose text is to be written anew. Several for one do no harm; each is seen after what it tells of."""

    image_id = models.BigIntegerField()  # no foreign key: it may be gone by then

    def __str__(self) -> str:
        return f"change of image {self.image_id}"


class FacetChange(models.Model):
    """A tag, collection or project that changed: all pictures in whose text its facet stands are written anew."""

    facet = models.CharField(max_length=64)
    before_id = models.BigIntegerField(null=True)  # newer pictures are done already

    def __str__(self) -> str:
        return f"change of {self.facet}"
