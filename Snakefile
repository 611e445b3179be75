# The study's grid for Snakemake: the same rows as `python -m wshash study`, one job per code length and seed, on one
# machine or on a cluster by Snakemake's own executors. README, "On a cluster", says how.
#
# Settings (--config NAME=VALUE ...): dataset, bits, seeds, methods as lists, and extra, further options of the study.
#
# Marker files under runs/snakemake/ say which jobs are done. The rows themselves are addressed by what made them: a
# marker older than a change of the code does no harm, since the last rule makes what is missing.
import hashlib
import shlex
import sys


def several(name, default):
    """A setting that is a list, also where the command line has one value or words with blanks."""
    value = config.get(name, default)
    return value.split() if isinstance(value, str) else list(value) if isinstance(value, (list, tuple)) else [value]


DATASET = config.get("dataset", "postcards")
BITS = several("bits", [8, 16, 32, 64])
SEEDS = several("seeds", [0, 1, 2, 3, 4])
METHODS = several("methods", ["paper"])
OPTIONS = f"--dataset {DATASET} --methods {' '.join(METHODS)} {config.get('extra', '')}"
STUDY = f"{shlex.quote(sys.executable)} -m wshash study {OPTIONS}"
DONE = f"runs/snakemake/{DATASET}-" + hashlib.sha256(OPTIONS.encode()).hexdigest()[:8]  # another study, other markers


localrules:
    publish,


rule publish:
    input:
        expand("{done}/{bits}-{seed}", done=DONE, bits=BITS, seed=SEEDS),
    shell:
        f"{STUDY} --jobs 1 --bits {' '.join(map(str, BITS))} --seed {' '.join(map(str, SEEDS))}"


rule shared:  # features, filter and vectors, once; every other job reads them
    output:
        touch(f"{DONE}/shared"),
    threads: 8  # or as many as there are
    shell:
        f"{STUDY} --shared-only"


rule rows:
    input:
        f"{DONE}/shared",
    output:
        touch(f"{DONE}/{{bits}}-{{seed}}"),
    wildcard_constraints:
        bits=r"\d+",
        seed=r"\d+",
    shell:
        f"{STUDY} --rows-only --jobs 1 --bits {{wildcards.bits}} --seed {{wildcards.seed}}"
