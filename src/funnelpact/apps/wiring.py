"""The one place that meets the adapters. Each is loaded when it is used."""

from __future__ import annotations
