"""Inputs of a case: .npy files in one folder."""

import os

import numpy as np


def read(folder, key):
    return np.load(os.path.join(folder, f'{key}.npy'))


def read_list(folder, key):
    values = []
    while os.path.exists(os.path.join(folder, f'{key}{len(values)}.npy')):
        values.append(read(folder, f'{key}{len(values)}'))
    return values
