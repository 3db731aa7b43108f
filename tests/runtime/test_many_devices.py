"""The CPU as many devices: `cpu*8`."""

from __future__ import annotations

import pytest

from tests.runtime.hosts import run, session_loop
from tutor.runtime.host import Host
from tutor.runtime.worker.frameworks.base import virtual

pytestmark = session_loop


@pytest.mark.parametrize(
    ("device", "count"), [("cpu*8", 8), ("cpu", 0), ("auto", 0), ("cuda:1", 0), ("", 0)]
)
async def test_what_is_meant(device: str, count: int) -> None:
    assert virtual(device) == count


async def test_jax_has_virtual_devices(jax: Host) -> None:
    source = (
        "import jax\nimport jax.numpy as jnp\ntwice = jax.pmap(lambda v: 2 * v)(jnp.arange(8.0))\n"
    )
    probes = ("jax.device_count()", "len(twice.sharding.device_set)", "[float(v) for v in twice]")
    ran = await run(jax, source, *probes, device="cpu*8")
    assert ran.first == (8, 8, [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0])
    assert ran.outcome.device == "cpu (as 8 devices)"
    again = await run(jax, source, "jax.device_count()", device="cpu*8", reference=True)
    assert again.first == (8,)


async def test_flags_of_the_users_own_do_not_count(
    jax: Host, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    mine = "--xla_force_host_platform_device_count=3 --xla_cpu_enable_fast_math=false"
    monkeypatch.setenv("XLA_FLAGS", mine)
    host = await Host.start("jax", (), tmp_path_factory.mktemp("cache"))
    try:
        source = "import jax, os"
        probes = ("jax.device_count()", "os.environ['XLA_FLAGS']")
        ran = await run(host, source, *probes, device="cpu*4")
        assert ran.first == (4, "--xla_cpu_enable_fast_math=false")
    finally:
        await host.close()


async def test_the_next_attempt_has_the_usual_devices(jax: Host) -> None:
    await run(jax, "", "1", device="cpu*8")
    ran = await run(jax, "import jax", "jax.device_count()")
    assert ran.outcome.device == jax.hello.devices[0]
    assert ran.first == (len([name for name in jax.hello.devices if name != "cpu"]) or 1,)


async def test_tensorflow_has_logical_devices(tensorflow: Host) -> None:
    source = (
        "import tensorflow as tf\n"
        "names = [each.name for each in tf.config.list_logical_devices()]\n"
        "mirrored = tf.distribute.MirroredStrategy(names)\n"
    )
    ran = await run(
        tensorflow, source, "len(names)", "mirrored.num_replicas_in_sync", device="cpu*4"
    )
    assert ran.first == (4, 4)
    assert ran.outcome.device == "cpu (as 4 devices)"


async def test_torch_has_processes(torch: Host) -> None:
    source = (
        "import os, tempfile\nimport torch\nimport torch.distributed as dist\n"
        "import torch.multiprocessing as mp\n"
        "folder = tempfile.mkdtemp()\n"
        "def work(rank):\n"
        "    dist.init_process_group('gloo', init_method=f'file://{folder}/store',\n"
        "                            rank=rank, world_size=2)\n"
        "    w = torch.ones(3, requires_grad=True)\n"
        "    (w * (rank + 1)).sum().backward()\n"
        "    dist.all_reduce(w.grad)\n"
        "    torch.save(w.grad, f'{folder}/{rank}')\n"
        "    dist.destroy_process_group()\n"
        "mp.start_processes(work, nprocs=2, start_method='fork')\n"
        "found = [torch.load(f'{folder}/{rank}') for rank in range(2)]\n"
    )
    probes = ("[g.tolist() for g in found]", "torch.cuda.is_initialized()")
    ran = await run(torch, source, *probes, device="cpu*2", limits={"seconds": 60})
    assert ran.first == ([[3.0] * 3] * 2, False)
    assert ran.outcome.device == "cpu (as 2 processes)"


async def test_what_has_no_devices_says_so(numpy: Host) -> None:
    ran = await run(numpy, "x = 1", "x", device="cpu*4")
    assert ran.outcome.how == "not-started"
    assert ran.outcome.missing == ("cpu*4",)
    assert ran.outcome.words.endswith("several devices. numpy has no notion of devices.")
    assert (await run(numpy, "x = 1", "x")).first == (1,)
