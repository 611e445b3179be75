"""Where the postcards' default tag noise comes from: as much lift as real tags have, and no method's score.

The lift is how much more often two pictures share a concept if their tag similarity, eq. (1), is in the top tenth
(twentieth) than if they are any two. Skip-gram vectors have their defaults. MIRFLICKR is measured with the same
code where its folder is at hand (``WSHASH_DATA``).

    python benchmarks/calibrate_postcards.py --n 6000 --noise 0.5 0.6 0.7
"""

import argparse

import numpy as np

import wshash
from wshash.datasets.postcards.folksonomy import TAG_NOISE
from wshash.paths import data_root
from wshash.tags import TagSimilarity, relevance_above, train_skipgram


def measure(tags, labels, quantiles=(0.9, 0.95), n_pairs=400_000, epochs="auto", seed=0):
    """Lift of the pairs above each quantile of eq. (1), chance, and the vectors."""
    vectors = train_skipgram(tags, epochs=epochs, seed=seed)
    similarity = TagSimilarity.from_tags(tags, vectors)
    thresholds = [similarity.quantile_threshold(q) for q in quantiles]
    table = relevance_above(similarity, labels, thresholds, n_pairs, seed)
    return table["lift"], table["base"][0], vectors


def report(name, data, epochs, seeds):
    rows = [measure(data.tags, data.labels, epochs=epochs, seed=seed) for seed in range(seeds)]
    decile, twentieth = np.mean([lifts for lifts, _, _ in rows], axis=0)
    _, chance, vectors = rows[0]
    words = {
        word: round(float(vectors.similarity("sunset", word)), 2)
        for word in ("dusk", "sun", "sunrise", "sky", "plants", "religion")
        if {word, "sunset"} <= set(vectors.vocabulary)
    }
    print(f"{name}: lift of the top 10 % {decile:.3f}, of the top 5 % {twentieth:.3f}; chance {chance:.3f}")
    print(f"  epochs {vectors.epochs}, vocabulary {len(vectors.vocabulary)}, to sunset: {words}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=6000)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--noise", type=float, nargs="+", default=[TAG_NOISE])
    parser.add_argument("--epochs", default="auto")
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    epochs = options.epochs if options.epochs == "auto" else int(options.epochs)
    for real in ("mirflickr25k", "mirflickr25k-128"):
        if (data_root() / real).is_dir():
            report(real, wshash.load_dataset(real), epochs, options.seeds)
    for noise in options.noise:
        data = wshash.load_dataset("postcards", n=options.n, size=options.size, tag_noise=noise)
        report(f"postcards, tag_noise {noise}", data, epochs, options.seeds)


if __name__ == "__main__":
    main()
