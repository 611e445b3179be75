# The study's grid for Snakemake: the same rows as `python -m wshash study`, one job per code length and seed, on one
# machine or on a cluster by Snakemake's own executors.
#
#   pip install -e ".[notebooks,cluster]"
#   snakemake --cores 2                                                  # this machine
#   snakemake --cores 2 --config dataset=mirflickr25k bits="[8, 64]"     # another study
#   snakemake --executor slurm --jobs 40                                 # Slurm: pip install snakemake-executor-plugin-slurm
#   snakemake --executor kubernetes --jobs 40                            # pip install snakemake-executor-plugin-kubernetes
#
# A failing job stops what depends on it alone (--keep-going); finished rows are found again on the next start. Marker
# files under runs/snakemake/ say which jobs are done; the rows themselves are addressed by what made them, so a
# marker that is older than a change of the code does no harm: the last rule makes what is missing.
import sys

DATASET = config.get("dataset", "postcards")
BITS = config.get("bits", [8, 16, 32, 64])
SEEDS = config.get("seeds", [0, 1, 2, 3, 4])
METHODS = config.get("methods", ["paper"])
EXTRA = config.get("extra", "")
STUDY = f"{sys.executable} -m wshash study --dataset {DATASET} --methods {' '.join(METHODS)} {EXTRA}"


rule publish:
    input:
        expand("runs/snakemake/{dataset}-{bits}-{seed}.done", dataset=DATASET, bits=BITS, seed=SEEDS),
    shell:
        f"{STUDY} --jobs 1 --bits {' '.join(map(str, BITS))} --seed {' '.join(map(str, SEEDS))}"


rule shared:  # features, filter and vectors, once; every other job reads them
    output:
        touch(f"runs/snakemake/{DATASET}.shared"),
    shell:
        f"{STUDY} --rows-only --jobs 1 --bits {BITS[0]} --seed {SEEDS[0]}"


rule rows:
    input:
        f"runs/snakemake/{DATASET}.shared",
    output:
        touch("runs/snakemake/{dataset}-{bits}-{seed}.done"),
    shell:
        f"{STUDY} --rows-only --jobs 1 --bits {{wildcards.bits}} --seed {{wildcards.seed}}"
