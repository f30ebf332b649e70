"""The first tables."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The first tables."""

    initial = True

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("known_at", models.DateTimeField(unique=True)),
                ("key", models.CharField(max_length=64, unique=True)),
                ("source", models.TextField()),
                ("complete_until", models.DateTimeField(null=True)),
                ("mapping", models.TextField()),
                ("report", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Cursor",
            fields=[
                ("source", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("data", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="FactFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=64)),
                ("path", models.TextField(unique=True)),
                ("rows", models.BigIntegerField()),
                ("first_batch", models.BigIntegerField()),
                ("last_batch", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Forgotten",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="FunnelMapping",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("data", models.TextField()),
                ("saved_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Generation",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("batch", models.BigIntegerField()),
                ("mapping", models.BigIntegerField()),
                ("base", models.TextField()),
                ("delta", models.TextField()),
                ("newest_at", models.DateTimeField(null=True)),
                ("detail", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.TextField()),
                ("at", models.DateTimeField()),
                ("counts", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("version", models.IntegerField()),
                ("data", models.TextField()),
                ("saved_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("name", "version"), name="column_mapping_version")],
            },
        ),
        migrations.CreateModel(
            name="Inbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=200)),
                ("body", models.BinaryField()),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["source", "id"], name="inbox_source")],
            },
        ),
        migrations.CreateModel(
            name="LandingFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.IntegerField()),
                ("name", models.TextField()),
                ("kind", models.CharField(max_length=16)),
                ("path", models.TextField(unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("file_sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="landing", to="records.batch"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("batch", "position"), name="landing_position")],
            },
        ),
    ]
