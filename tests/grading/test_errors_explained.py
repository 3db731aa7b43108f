"""The explanations are matched against what the frameworks really say."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.grading import (
    errors_of_jax,
    errors_of_python,
    errors_of_tensorflow,
    errors_of_torch,
    foreign_in_jax,
    foreign_in_tensorflow,
    foreign_in_torch,
)
from tutor.grading.errors_explained import clean, explain

PREPARE = {
    "torch": "import torch; from torch import nn; F = nn.functional; "
    "w = torch.ones(3, requires_grad=True); x = torch.ones(2, 3)",
    "jax": "import jax, jax.numpy as jnp; x = jnp.ones((2, 3))",
    "tensorflow": "import keras, tensorflow as tf; x = tf.ones((2, 3)); v = tf.Variable(x[0])",
    "python": "",
}

SNIPPETS: dict[str, list[tuple[str, str]]] = {
    "torch": [
        ("x @ x", "(2, 3) @ (2, 3) has 3 beside 2"),
        ("nn.Linear(4, 2)(x)", "(2, 3) @ (4, 2) has 3 beside 4"),
        ("x @ torch.ones(2)", "(2, 3) @ (2,) has 3 beside 2"),
        ("torch.bmm(torch.ones(2, 3, 4), torch.ones(2, 3, 4))", "inner size 4 meet 2 with 3"),
        ("x + torch.ones(2, 4)", "axis 1 has 3 beside 4"),
        ("F.mse_loss(x, torch.ones(2, 4))", "axis 1 has 3 beside 4"),
        ("x.view(4, 2)", "6 of them do not fill the shape [4, 2]"),
        ("x.T.view(6)", "use `reshape`"),
        ("torch.cat([x, torch.ones(2, 4)])", "along axis 0, and all other sizes must agree: 3 is"),
        ("torch.stack([x, torch.ones(2, 4)])", "[2, 3] is not [2, 4]"),
        ("nn.Conv2d(3, 8, 3)(torch.ones(1, 1, 8, 8))", "axis 1 of [1, 1, 8, 8] has 1"),
        ("F.cross_entropy(x, torch.tensor([0, 1, 2]))", "2 examples and the targets 3"),
        (
            "nn.Linear(2, 2).load_state_dict(nn.Linear(3, 2).state_dict())",
            "`weight` is [2, 3] there and [2, 2] here",
        ),
        ("nn.Linear(2, 2).load_state_dict({'w': w})", "compare the keys"),
        ("w += 1", "with torch.no_grad()"),
        ("w[0] = 1", "with torch.no_grad()"),
        ("y = w.exp(); y += 1; y.sum().backward()", "overwritten by an in-place"),
        ("y = (w * w).sum(); y.backward(); y.backward()", "freed by the first backward"),
        ("(w * 2).backward()", "reduce to a scalar"),
        ("torch.func.grad(lambda a: a)(x)", "reduce to a scalar"),
        ("x.sum().backward()", "Nothing before this result asked for gradients"),
        ("torch.autograd.grad(w.sum(), x)", "not made with `requires_grad=True`"),
        ("torch.autograd.grad(w.sum(), torch.ones(1, requires_grad=True))", "does not depend on"),
        ("torch.ones(2, dtype=torch.int64, requires_grad=True)", "floating-point"),
        ("w.numpy()", "`detach()` it first"),
        ("with torch.inference_mode(): y = torch.ones(3)\n(w * y).sum()", "use `no_grad`"),
        ("import copy; copy.deepcopy(w * 2)", "`detach().clone()`"),
        ("torch.ones(1, requires_grad=True).grad.zero_()", "`None` until a backward pass"),
        ("x + torch.ones(2, 3, device='meta')", "different devices"),
        ("torch.ones(2, device='meta').numpy()", "`.cpu()` first"),
        ("x.cuda()", "There is no CUDA here"),
        ("F.cross_entropy(x, torch.tensor([0.0, 1.0]))", "now Float, with `.long()`"),
        ("nn.Embedding(3, 2)(torch.tensor([0.5]))", "looks up integers"),
        ("torch.tensor([1, 2]).mean()", "now Long, with `.float()`"),
        ("y = torch.tensor([1, 2]); y += 0.5", "Long cannot hold a Float result"),
        ("x @ torch.ones(3, 2, dtype=torch.float64)", "different dtypes"),
        ("x.item()", "this one has 6"),
        ("float(x)", "take a tensor of one element"),
        ("if x > 0: pass", "one truth value"),
        ("x[5]", "Axis 0 has size 2"),
        ("x.sum(dim=2)", "axes -2 to 1; there is no axis 2"),
        ("F.cross_entropy(x, torch.tensor([0, 5]))", "a class 5"),
        ("nn.Embedding(3, 2)(torch.tensor([5]))", "embedding's table"),
        (
            "class M(nn.Module):\n  def __init__(self): self.l = nn.Linear(2, 2)\nM()",
            "super().__init__()",
        ),
        ("nn.Module()(x)", "no method of the name `forward`"),
        ("nn.BatchNorm1d(3)(torch.ones(1, 3))", "one example has none"),
        (
            "torch.compile(lambda a: a if a.sum() > 0 else -a, fullgraph=True, backend='eager')(x)",
            "`torch.where` or `torch.cond`",
        ),
        (
            (
                "class M(nn.Module):\n  def forward(self, a): return a if a.sum() > 0 else -a\n"
                "torch.export.export(M(), (x,))"
            ),
            "cannot branch on values",
        ),
        ("torch.func.vmap(lambda a: a.sum().item())(x)", "stands for a whole batch"),
        # another framework's names
        ("x.at[0].set(1)", "`x[i] = v`"),
        ("nn.Parameter(x).at[0]", "`x[i] = v`"),
        ("torch.func.vmap(lambda a: a.at[0].set(1))(x)", "`x[i] = v`"),
        ("x.block_until_ready()", "`torch.cuda.synchronize()`"),
        ("torch.random.key(0)", "`torch.manual_seed(n)`"),
        ("torch.random.split(0)", "`torch.Generator`"),
        ("torch.random.normal(3)", "`torch.randn(sizes)`"),
        ("torch.GradientTape()", "needs no tape"),
        ("F.softmax(x, axis=1)", "here it is `dim`"),
        ("nn.Softmax(axis=1)", "here it is `dim`"),
        ("x.sum(keepdims=True)", "goes with a `dim`"),
        ("torch.mean(x, keepdim=True)", "goes with a `dim`"),
        ("x.std(ddof=1)", "`correction`"),
        ("torch.var(x, ddof=0)", "`correction`"),
        ("torch.zeros(2, dtype='float32')", "not a string"),
        ("x.transpose()", "`x.permute`"),
        ("torch.transpose(x, (1, 0))", "`x.permute`"),
        ("x.T()", "`.T` without `()`"),
        ("x.shape(0)", "`x.shape[0]`"),
        ("x.ndim()", "without `()`"),
    ],
    "jax": [
        ("jax.jit(lambda a: a if a > 0 else -a)(1.0)", "`jnp.where`"),
        ("jax.jit(lambda a: jnp.nonzero(a))(x)", "that of `jnp.nonzero` would depend on values"),
        ("jax.jit(lambda a: a[a > 0])(x)", "boolean mask"),
        ("jax.jit(lambda n: jnp.arange(n))(3)", "mark the argument static"),
        ("jax.jit(lambda n: jnp.zeros(n))(3)", "a shape cannot depend on a traced value"),
        ("jax.jit(lambda n: [1 for _ in range(n)])(3)", "mark the argument static"),
        ("jax.jit(lambda a: float(a))(3.0)", "mark the argument static"),
        ("import numpy as np; jax.jit(lambda a: np.asarray(a))(3.0)", "stay with `jnp`"),
        ("jax.jit(lambda a: f'{a:.2f}')(1.0)", "`jax.debug.print`"),
        ("k = []; jax.jit(lambda a: k.append(a))(1.0); k[0] + 1", "return it instead"),
        ("jax.jit(lambda a, n: a, static_argnums=1)(x, [1])", "`list` is not"),
        ("jax.jit(lambda s: s)('relu')", "a `str` must be marked static"),
        ("jax.grad(lambda a: a * a)(3)", "this argument is int32"),
        ("jax.grad(jnp.argmax)(jnp.ones(3))", "The function returns int32"),
        ("jax.grad(lambda a: None)(1.0)", "is there a `return`"),
        ("jax.grad(lambda a: (a, 1))(1.0)", "`has_aux=True`"),
        ("jax.grad(lambda a: a * a)(jnp.ones(3))", "returns one number"),
        ("jax.grad(lambda a: a.sum(), has_aux=True)(x)", "the number, and the rest"),
        ("jax.grad(lambda a: a, argnums=2)(1.0)", "there is no argument 2"),
        ("x @ x", "here 3 meets 2"),
        ("x @ jnp.ones(2)", "here 3 meets 2"),
        ("x + jnp.ones((2, 4))", "(2, 3) does not fit (2, 4)"),
        ("x.reshape(7)", "the 6 of (2, 3) do not fill 7"),
        ("x.reshape(-1, 4)", "the 6 of (2, 3) do not fill (-1, 4)"),
        ("jnp.concatenate([x, jnp.ones((2, 4))])", "axis 0, and all other sizes must agree"),
        ("jnp.stack([x, jnp.ones((2, 4))])", "(2, 3) is not (2, 4)"),
        ("jnp.ones(2, 3)", "one argument, a tuple"),
        ("jax.lax.add(1.0, jnp.ones(2, int))", "float32 meets int32"),
        ("x[jnp.array([0.5])]", "this one is float32"),
        ("x.sum(axis=3)", "there is no axis 3"),
        ("jnp.sum([1, 2])", "this is a `list`"),
        ("jax.vmap(lambda a, b: a + b)(x, jnp.ones(3))", "`a` has 2, `b` has 3"),
        ("jax.vmap(lambda a: a)(1.0)", "no axis 0 in ()"),
        (
            "jax.lax.cond(True, lambda a: a, lambda a: 1, x)",
            "float32[2,3] is not int32[]",
        ),
        (
            "jax.lax.scan(lambda c, a: (c + a, a), 0.0, x)",
            "comes in as float32[] and goes out as float32[3]",
        ),
        ("jax.lax.fori_loop(0, 3, lambda i, c: (c, c), 0.0)", "keeps its structure"),
        ("jax.lax.scan(lambda c, a: c, 0.0, x)", "returns two things"),
        ("x[0] = 1", "`x = x.at[i].set(v)`"),
        ("if x > 0: pass", "one truth value"),
        ("float(x)", "take an array of one element"),
        (
            "f = jax.jit(lambda a: a + 1, donate_argnums=0); b = jnp.ones(3); f(b); b + 1",
            "donated to a compiled call",
        ),
        ("jax.random.normal(0)", "The first argument is a key"),
        ("jax.random.normal((2,))", "The first argument is a key"),
        ("jax.devices('gpu')", "no gpu here, only cpu"),
        ("jax.tree.map(lambda a, b: a, {'a': 1}, {'b': 1})", "same keys and lengths"),
        ("jax.tree.map(lambda a, b: a, [1, 2], [1])", "same keys and lengths"),
        # the same errors under other transformations
        ("jax.vmap(lambda a: a if a > 0 else -a)(x[0])", "Under `vmap` a value stands"),
        ("jax.jit(jax.vmap(lambda a: a if a > 0 else -a))(x[0])", "Under `vmap` a value stands"),
        ("jax.vmap(jax.jit(lambda a: a if a > 0 else -a))(x[0])", "Inside `jit` values"),
        ("jax.vmap(jax.grad(lambda a: a if a > 0 else -a))(x[0])", "Under `vmap` a value stands"),
        ("jax.vmap(lambda a: sorted([a, a + 1]))(x[0])", "Under `vmap` a value stands"),
        ("jax.vmap(lambda a: jnp.nonzero(a))(x)", "Under `vmap` all results have one shape"),
        ("jax.vmap(lambda a: a[a > 0])(x)", "neither `jit` nor `vmap`"),
        ("jax.vmap(lambda a: float(a))(x[0])", "`in_axes=None`"),
        ("jax.vmap(lambda a: a.item())(x[0])", "`in_axes=None`"),
        ("jax.vmap(lambda n: jnp.arange(n))(jnp.arange(3))", "`in_axes=None`"),
        ("jax.vmap(lambda n: [1, 2, 3][n])(jnp.arange(3))", "`in_axes=None`"),
        ("import numpy as np; jax.vmap(lambda a: np.asarray(a))(x)", "`in_axes=None`"),
        ("jax.vmap(lambda n: jnp.zeros(n))(jnp.arange(3))", "Under `vmap` all results"),
        ("jax.vmap(lambda a: f'{a:.2f}')(x[0])", "Under `vmap` a value stands"),
        ("jax.grad(lambda a: float(a))(1.0)", "While it is differentiated a value is traced"),
        ("import numpy as np; jax.grad(lambda a: np.sum(np.asarray(a)))(1.0)", "and NumPy would"),
        ("jax.jit(lambda n: jnp.arange(5)[:n])(3)", "`jax.lax.dynamic_slice`"),
        ("jax.vmap(lambda n: jnp.arange(5)[:n])(jnp.arange(3))", "`jax.lax.dynamic_slice`"),
        # another framework's names
        ("x.backward()", "`jax.grad(f)` makes a function"),
        ("x.grad", "`jax.grad(f)` makes a function"),
        ("x.requires_grad_()", "`jax.grad(f)` makes a function"),
        ("jax.jit(lambda a: a.backward())(x)", "`jax.grad(f)` makes a function"),
        ("x.detach()", "no `detach`: `jax.lax.stop_gradient(x)`"),
        ("jax.grad(lambda a: a.detach().sum())(x)", "`jax.lax.stop_gradient(x)`"),
        ("x.to('cuda')", "`jax.device_put(x, device)` moves it"),
        ("x.cuda()", "`jax.device_put(x, device)` moves it"),
        ("x.half()", "`x.astype(dtype)` changes"),
        ("jax.jit(lambda a: a.float())(x)", "`x.astype(dtype)` changes"),
        ("x.numpy()", "`numpy.asarray(x)`"),
        ("x.add_(1)", "nothing works in place"),
        ("jax.vmap(lambda a: a.zero_())(x)", "nothing works in place"),
        ("x.assign_add(1)", "nothing works in place"),
        ("x.max(1).values", "the values alone"),
        ("x.colour()", "no `colour`: other functions are in `jnp`"),
        ("jax.jit(lambda a: a.abs())(x)", "no `abs`: use `jnp.abs(x)`"),
        ("jax.vmap(lambda a: a.abs())(x)", "no `abs`: use `jnp.abs(x)`"),
        ("jax.grad(lambda a: a.abs().sum())(x)", "no `abs`: use `jnp.abs(x)`"),
        ("jax.random.manual_seed(0)", "no global seed"),
        ("jax.manual_seed(0)", "no global seed"),
        ("jax.random.randn(2)", "`jax.random.normal(key, shape)`"),
        ("jnp.random.normal(2)", "`jax.random.normal(key, shape)`"),
        ("x.view(6)", "`x.reshape` gives it another shape"),
        ("jax.random.normal(jax.random.key(0), 2, 3)", "one argument, a tuple"),
        ("x.view(3, 2)", "`x.reshape` gives it another shape"),
        ("x.T()", "`.T` without `()`"),
        ("jax.jit(lambda a: a.T())(x)", "`.T` without `()`"),
        ("x.size()", "`.size`, are written without `()`"),
        ("x.shape(0)", "`x.shape[0]`"),
        ("x.sum(dim=1)", "JAX and TensorFlow say `axis`"),
        ("jnp.concatenate([x, x], dim=1)", "JAX and TensorFlow say `axis`"),
        ("jax.nn.softmax(x, dim=1)", "JAX and TensorFlow say `axis`"),
        ("jnp.mean(x, axis=1, keepdim=True)", "say `keepdims`"),
        ("jnp.ones(3, requires_grad=True)", "`jax.grad(f)`"),
    ],
    "tensorflow": [
        ("tf.matmul(x, x)", "here (2,3) meets (2,3)"),
        ("x @ tf.ones(3)", "`tf.linalg.matvec`"),
        ("x + tf.ones((2, 4))", "[2,3] does not fit [2,4]"),
        ("tf.function(lambda a: a @ a)(x)", "[2,3] and [2,3] do not go together in `MatMul`"),
        ("tf.data.Dataset.from_tensor_slices((x, tf.ones(5)))", "2 is not 5"),
        ("tf.reshape(x, (7,))", "6 of them do not fill a shape of 7"),
        ("tf.concat([x, tf.ones((2, 4))], 0)", "[2,3] beside [2,4]"),
        ("tf.stack([x, tf.ones((2, 4))])", "[2,3] is not [2,4]"),
        ("tf.reduce_sum(x, axis=3)", "there is no axis 3"),
        ("x[5]", "Axis 0 has no index 5"),
        ("tf.gather(x, [5])", "number of rows, 2; 5 is not"),
        ("keras.layers.Embedding(3, 2)(tf.constant([5]))", "number of rows, 3; 5 is not"),
        (
            "tf.nn.sparse_softmax_cross_entropy_with_logits(tf.constant([0, 5]), x)",
            "there are 3 logits; the target has a class 5",
        ),
        (
            (
                "m = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])\n"
                "m.compile('sgd', 'sparse_categorical_crossentropy')\n"
                "m.fit(x, tf.constant([0, 5]), verbose=0)"
            ),
            "the target has a class 5",
        ),
        (
            "tf.nn.sparse_softmax_cross_entropy_with_logits(tf.constant([0, 1, 2]), x)",
            "labels of (3,) do not go with logits of (2, 3)",
        ),
        ("tf.nn.softmax_cross_entropy_with_logits(tf.ones((2, 4)), x)", "[2,4] is not [2,3]"),
        ("keras.losses.CategoricalCrossentropy()(tf.constant([0, 1]), x)", "the `Sparse` loss"),
        ("tf.constant([[1, 2], [3]])", "equally long"),
        ("x + tf.constant([1, 2, 3], dtype=tf.int32)", "`tf.cast`"),
        ("v.assign_add(tf.ones(3, tf.float64))", "float64 is given where float32 belongs"),
        ("tf.constant(1.5, dtype=tf.int32)", "1.5 is no int32"),
        (
            "f = tf.function(lambda a: 1 if a > 0 else 2, autograph=False); f(tf.constant(1.0))",
            "`tf.cond` or `tf.where`",
        ),
        ("tf.function(lambda a: [i for i in a], autograph=False)(x)", "`tf.map_fn`"),
        ("tf.function(lambda a: a.numpy())(x)", "no `numpy()`"),
        ("tf.function(lambda a: float(a))(x)", "`tf.cast`"),
        ("f = tf.function(lambda a: tf.Variable(a)); f(1.0); f(2.0)", "make them outside"),
        ("k = []; tf.function(lambda a: k.append(a))(x); k[0] + 1", "return it instead"),
        (
            "tf.function(lambda a: a, input_signature=[tf.TensorSpec([2], tf.float32)])(x)",
            "allows shape (2,) only, and this argument has (2, 3)",
        ),
        (
            "with tf.GradientTape() as t: y = v * 2\nt.gradient(y, v); t.gradient(y, v)",
            "`persistent=True`",
        ),
        ("keras.optimizers.SGD().apply_gradients([(None, v)])", "Every gradient is `None`"),
        (
            (
                "o = keras.optimizers.SGD(); o.apply_gradients([(v + 0, v)])\n"
                "u = tf.Variable([1.0]); o.apply_gradients([(u + 0, u)])"
            ),
            "make a new one for these",
        ),
        ("with tf.GradientTape() as t: t.watch(5)", "`tf.constant`"),
        ("v.assign(tf.ones(4))", "(4,) does not go into (3,)"),
        ("v[0] = 1", "`v[0].assign(1.0)`"),
        ("x[0] = 1", "cannot be changed"),
        ("if x > 0: pass", "one truth value"),
        ("float(x)", "take an array of one element"),
        ("x.mean()", "`tf.reduce_mean(x)`"),
        ("x.T", "`tf.transpose(x)`"),
        ("m = keras.Sequential([keras.Input((3,))]); m.save('/tmp/m')", "`.keras` for a whole"),
        (
            "m = keras.Sequential([keras.Input((3,))]); m.save_weights('/tmp/m.bin')",
            "`.weights.h5`",
        ),
        ("keras.layers.Dense(2)(tf.ones(3))", "at least 2 axes, the batch first, and (3,) has 1"),
        (
            "m = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]); m(tf.ones((2, 4)))",
            "whose last axis is 3; this one is (2, 4)",
        ),
        ("keras.Sequential([keras.layers.Dense(2)]).fit(x, x)", "call `compile` first"),
        (
            (
                "m = keras.Sequential([keras.layers.Dense(2)]); m.compile('sgd', 'mse')\n"
                "m.fit(tf.ones((4, 3)), tf.ones((5, 2)), verbose=0)"
            ),
            "equally many examples: 4 and 5",
        ),
        ("keras.Sequential([keras.layers.Dense(2)]).count_params()", "first sees an input"),
        (
            "tf.function(lambda a: tf.strings.as_string(a), jit_compile=True)(x)",
            "XLA has no such operation",
        ),
        # another framework's names
        ("x.backward()", "`tape.gradient(y, x)`"),
        ("v.grad", "`tape.gradient(y, x)`"),
        ("tf.function(lambda a: a.backward())(x)", "`tape.gradient(y, x)`"),
        ("x.detach()", "no `detach` here: `tf.stop_gradient(x)`"),
        ("x.astype('int32')", "`tf.cast(x, dtype)`"),
        ("v.float()", "`tf.cast(x, dtype)`"),
        ("x.to('cuda')", "`tf.device(name)`"),
        ("x.block_until_ready()", "`x.numpy()` waits"),
        ("tf.function(lambda a: a.item())(x)", "Inside a graph"),
        ("x.add_(1)", "A `tf.Variable` can"),
        ("v.zero_()", "A `tf.Variable` can"),
        ("x.assign(x)", "A `tf.Variable` can"),
        ("v.norm()", "no `norm` here: use `tf.norm(x)`"),
        ("tf.function(lambda a: a.norm())(x)", "no `norm` here: use `tf.norm(x)`"),
        ("tf.function(lambda a: a.T)(x)", "no `T` here: use `tf.transpose(x)`"),
        ("v.sum()", "no `sum` here: use `tf.reduce_sum(x)`"),
        ("tf.manual_seed(0)", "`tf.random.set_seed(n)`"),
        ("tf.random.seed(0)", "`tf.random.set_seed(n)`"),
        ("tf.random.key(0)", "`tf.random.Generator`"),
        ("tf.random.randn(2)", "no `randn`: use `tf.random.normal(shape)`"),
        ("tf.no_grad()", "`tf.GradientTape` records"),
        ("x(0)", "index it with `[]`"),
        ("x.shape(0)", "`x.shape[0]`"),
        ("tf.reduce_sum(x, dim=1)", "JAX and TensorFlow say `axis`"),
        ("tf.concat([x, x], dim=1)", "JAX and TensorFlow say `axis`"),
        ("tf.reduce_sum(x, keepdim=True)", "say `keepdims`"),
        ("tf.function(lambda a: tf.reduce_sum(a, dim=1))(x)", "JAX and TensorFlow say `axis`"),
    ],
    "python": [
        ("____ + 1", "fill it in"),
        ("def f(a, b): pass\nf(1)", "`f` is called with 1 argument"),
        ("def f(a): pass\nf(1, 2)", "`f` is called with 2 argument(s), and it takes 1"),
        ("1 + None", "is `None`"),
        ("None.shape", "What stands before `.shape` is `None`"),
        ("def f(a): return f(a)\nf(1)", "calls itself without end"),
        ("def f(x, axis): pass\nf(1, dim=0)", "PyTorch says `dim`"),
        ("def f(x, axis): pass\nf(1, keepdim=True)", "PyTorch says `keepdim`"),
        ("def f(x): pass\nf(1, requires_grad=True)", "`tf.GradientTape`"),
        ("n = 3; n(2)", "without `()`"),
        ("(2, 3)(0)", "`x.shape[0]`"),
    ],
}

FOREIGN: dict[str, dict[str, Mapping[str, str]]] = {
    "torch": {
        "x": foreign_in_torch.ON_TENSORS,
        "torch": foreign_in_torch.IN_TORCH,
        "nn": foreign_in_torch.IN_NN,
    },
    "jax": {
        "x": foreign_in_jax.ON_ARRAYS,
        "jnp": foreign_in_jax.IN_JNP,
        "jax": foreign_in_jax.IN_JAX,
    },
    "tensorflow": {
        "x": foreign_in_tensorflow.ON_TENSORS,
        "tf": foreign_in_tensorflow.IN_TF,
        "tf.nn": foreign_in_tensorflow.IN_TF_NN,
    },
}
"""By framework: the names that its tensors and modules have not, and what stands in their place."""

LOOKED_UP = {
    framework: [
        (f"{owner}.{name}", instead)
        for owner, names in maps.items()
        for name, instead in names.items()
    ]
    for framework, maps in FOREIGN.items()
}
"""Each of those names, and its counterpart."""

NAME = re.compile(r"[A-Za-z]\w*(?:\.\w+)*")

RUN = """
import json, sys
{prepare}
said = []
for snippet in json.load(sys.stdin):
    try:
        exec(snippet, dict(globals()))
        said.append(["", "nothing was raised"])
    except Exception as error:
        said.append([type(error).__name__, str(error)])
print("\\n" + json.dumps(said))
"""


@cache
def messages(framework: str) -> list[list[str]]:
    """What each snippet raises, in a process of its own."""
    if framework != "python" and importlib.util.find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(prepare=PREPARE[framework])],
        input=json.dumps(
            [
                *(snippet for snippet, _ in SNIPPETS[framework]),
                *(name for name, _ in LOOKED_UP.get(framework, ())),
                # `x.ndim` of `x.ndim`, `jnp.clip` of `jnp.clip(x, low, high)`
                *(
                    f"y = x; mask = x > 0; {name[0]}"
                    for _, instead in LOOKED_UP.get(framework, ())
                    if (name := NAME.match(instead))
                ),
            ]
        ),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"},
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("framework", "place"),
    [(name, place) for name, rows in SNIPPETS.items() for place in range(len(rows))],
    ids=str,
)
def test_real_errors_are_explained(framework: str, place: int) -> None:
    snippet, words = SNIPPETS[framework][place]
    error_type, message = messages(framework)[place]
    assert words in explain(error_type, message), (snippet, error_type, message)
    shown = clean(message)
    assert not re.search(r"\{\{|\[Op:|0x[0-9a-f]{6}|\x1b|\n|__wrapped__", shown), shown


@pytest.mark.parametrize("framework", LOOKED_UP)
def test_names_of_other_frameworks(framework: str) -> None:
    """Each is really missing, is answered with its counterpart, and that one is really there."""
    looked_up = LOOKED_UP[framework]
    said = messages(framework)[len(SNIPPETS[framework]) :]
    assert len(said) == 2 * len(looked_up)
    for (name, instead), (error_type, message) in zip(looked_up, said, strict=False):
        assert error_type == "AttributeError", (name, message)
        words = explain(error_type, message)
        if re.search(r"`tf\.reduce_\w+\(x\)` or|have no `\.T`", words):
            continue  # TensorFlow's own rows for these come first, and say more
        assert f"`{instead}`" in words, (name, words)
    for (_, instead), (error_type, message) in zip(looked_up, said[len(looked_up) :], strict=True):
        assert not error_type, (instead, message)


def test_no_row_is_there_for_nothing() -> None:
    """Every row is earned by an error that a framework of today raises."""
    tables = {
        "torch": (*errors_of_torch.TABLE, *foreign_in_torch.TABLE),
        "jax": (*errors_of_jax.TABLE, *foreign_in_jax.TABLE),
        "tensorflow": (*errors_of_tensorflow.TABLE, *foreign_in_tensorflow.TABLE),
        "python": errors_of_python.TABLE,
    }
    for framework, table in tables.items():
        said = messages(framework)
        for row in table:
            assert any(
                re.fullmatch(row.type, error_type) and re.search(row.message, clean(message))
                for error_type, message in said
            ), (framework, row.message)


@given(st.text(max_size=400))
def test_any_message_is_cleaned(message: str) -> None:
    assert "\n" not in clean(message)
    explain("InvalidArgumentError", message)


def test_a_message_without_noise_is_left_alone() -> None:
    said = "Expected {a: 1} [2, 3] at line 4, name: w"
    assert clean(said) == said


def test_unknown_errors_are_not_explained() -> None:
    assert explain("RuntimeError", "the moon is full") == ""
    assert explain("MyError", "Trying to backward through the graph a second time") == ""


def test_devices_that_need_a_gpu_to_differ() -> None:
    said = "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
    assert "different devices" in explain("RuntimeError", said)


def test_a_huge_message_is_read_in_part() -> None:
    assert explain("RuntimeError", "x" * 10_000_000) == ""
