"""Hosts for facts about frameworks."""

from __future__ import annotations

from tests.runtime.hosts import host_fixture

torch = host_fixture("torch")
jax = host_fixture("jax")
tensorflow = host_fixture("tensorflow")
