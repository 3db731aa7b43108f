"""Hosts to be hurt: numpy starts fastest, and faults are the same in all."""

from __future__ import annotations

from tests.runtime.hosts import host_fixture

torch = host_fixture("torch")
numpy = host_fixture("numpy")
