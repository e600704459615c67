"""The NTK of the dense ReLU network by neural-tangents, jitted, in f64."""

import sys
import types

# Importing these needs TensorFlow; the kernels of fully connected networks do not.
sys.modules['neural_tangents.experimental'] = types.ModuleType('neural_tangents.experimental')

import jax
import jax.numpy as jnp

jax.config.update('jax_enable_x64', True)
from inputs import read
from neural_tangents import stax


def load(folder, parameters, threads):
    hidden = int(parameters['hiddenLayers'])
    layers = [stax.Dense(1, W_std=1.0, b_std=None), stax.Relu()]
    for _ in range(hidden - 1):
        layers += [stax.Dense(1, W_std=2.0**0.5, b_std=None), stax.Relu()]
    layers.append(stax.Dense(1, W_std=1.0, b_std=None))
    _, _, kernel = stax.serial(*layers)
    compiled = jax.jit(lambda x: kernel(x, None, 'ntk'))
    x = jnp.asarray(read(folder, 'x'))

    def run():
        theta = compiled(x)
        theta.block_until_ready()
        return lambda: {'ntk': theta}

    return run
