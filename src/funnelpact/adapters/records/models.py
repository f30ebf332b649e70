"""The tables of the records. What the rows mean stands in `core/facts/kept.py`.

JSON is kept as text, because a JSON column of PostgreSQL reorders keys, rewrites numbers and refuses some characters: what
was written is what must be read.
"""

from __future__ import annotations

from django.db import models

from funnelpact.adapters.records.settings import start_django

# Whoever imports this module first has not started Django yet: a documentation tool, a test.
start_django()


class Batch(models.Model):
    """One committed import."""

    number = models.BigIntegerField(primary_key=True)
    known_at = models.DateTimeField(unique=True)
    key = models.CharField(max_length=64, unique=True)
    source = models.TextField()
    complete_until = models.DateTimeField(null=True)
    mapping = models.TextField()
    report = models.TextField()


class LandingFile(models.Model):
    """One file as received."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="landing")
    position = models.IntegerField()
    name = models.TextField()
    kind = models.CharField(max_length=16)
    path = models.TextField(unique=True)
    sha256 = models.CharField(max_length=64)
    file_sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()

    class Meta:
        """A batch has each position once."""

        constraints = (models.UniqueConstraint(fields=("batch", "position"), name="landing_position"),)


class FactFile(models.Model):
    """One live Parquet file."""

    table = models.CharField(max_length=64)
    path = models.TextField(unique=True)
    rows = models.BigIntegerField()
    first_batch = models.BigIntegerField()
    last_batch = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()


class Generation(models.Model):
    """The journeys in force."""

    number = models.BigIntegerField(primary_key=True)
    batch = models.BigIntegerField()
    mapping = models.BigIntegerField()
    base = models.TextField()
    delta = models.TextField()
    newest_at = models.DateTimeField(null=True)
    detail = models.TextField()


class FunnelMapping(models.Model):
    """One version of what labels mean."""

    number = models.BigIntegerField(primary_key=True)
    data = models.TextField()
    saved_at = models.DateTimeField()


class ColumnMapping(models.Model):
    """One version of a named mapping of columns."""

    name = models.CharField(max_length=200)
    version = models.IntegerField()
    data = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        """A name has each version once."""

        constraints = (models.UniqueConstraint(fields=("name", "version"), name="column_mapping_version"),)


class Inbox(models.Model):
    """A message that waits to be rolled into a batch."""

    source = models.CharField(max_length=200)
    body = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        """It is asked for by source, oldest first."""

        indexes = (models.Index(fields=("source", "id"), name="inbox_source"),)


class Cursor(models.Model):
    """How far a source has been read."""

    source = models.CharField(max_length=200, primary_key=True)
    data = models.TextField()


class Forgotten(models.Model):
    """The keyed hash of somebody who was erased, so that no import brings them back."""

    digest = models.CharField(max_length=64, primary_key=True)


class Receipt(models.Model):
    """What was erased, when, and how many rows and files that touched."""

    what = models.TextField()
    at = models.DateTimeField()
    counts = models.TextField()
