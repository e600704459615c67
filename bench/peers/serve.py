"""A peer: a process that lives through a whole case and answers one JSON document per line.

load   {task, folder, parameters, threads}   imports tasks/<task>.py and hands it the inputs   -> {versions}
run    {}                                    one timed run                                     -> {seconds, peakBytes}
answer {file}                                writes the last run's arrays as .npz              -> {}
stop   {}
"""

import importlib
import json
import os
import resource
import sys
import time
import traceback

# Whatever a library prints goes to stderr; the answers have stdout for themselves.
answers = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'tasks'))


def versions():
    import threadpoolctl

    found = {'python': sys.version.split()[0]}
    for name in ('numpy', 'scipy', 'torch', 'jax', 'neural_tangents', 'functorch'):
        module = sys.modules.get(name)
        if module is not None and hasattr(module, '__version__'):
            found[name] = module.__version__
    for pool in threadpoolctl.threadpool_info():
        if pool['user_api'] == 'blas':
            found['blas'] = f"{pool['internal_api']} {pool['version']} {pool.get('architecture')}, {pool['num_threads']} threads"
    return found


class Peer:
    def __init__(self):
        self.step = None
        self.result = None

    def load(self, task, folder, parameters, threads):
        self.step = importlib.import_module(task).load(folder, parameters, threads)
        return {'versions': versions()}

    def run(self):
        self.result = None
        begin = time.perf_counter()
        result = self.step()
        seconds = time.perf_counter() - begin
        # A task that repeats a small step inside one run says itself how long one step took.
        if isinstance(result, tuple):
            result, seconds = result
        self.result = result
        return {'seconds': seconds, 'peakBytes': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}

    def answer(self, file):
        import numpy

        numpy.savez(file, **{key: numpy.asarray(value) for key, value in self.result().items()})
        return {}


def main():
    peer = Peer()
    for line in sys.stdin:
        request = json.loads(line)
        operation = request.pop('op')
        if operation == 'stop':
            return
        try:
            reply = getattr(peer, operation)(**request)
        except Exception as error:
            traceback.print_exc()
            reply = {'error': f'{type(error).__name__}: {error}'.splitlines()[0]}
        print(json.dumps(reply), file=answers, flush=True)


main()
