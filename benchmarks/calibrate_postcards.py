"""Where the postcards' default tag noise comes from: as much lift as real tags have, and no method's score.

The lift is how much more often two pictures share a concept if their tag similarity, eq. (1), is in the top decile
than if they are any two. Skip-gram vectors have their defaults. MIRFLICKR is measured with the same code where its
folder is at hand (``WSHASH_DATA``).

    python benchmarks/calibrate_postcards.py --n 6000 --noise 0.5 0.6 0.7
"""

import argparse

import numpy as np

import wshash
from wshash.datasets.postcards.folksonomy import TAG_NOISE
from wshash.paths import data_root
from wshash.tags import TagSimilarity, train_skipgram


def measure(tags, labels, quantile=0.9, n_pairs=400_000, epochs="auto", seed=0):
    """Threshold, share of relevant pairs above it, share among all pairs, and the number of epochs used."""
    vectors = train_skipgram(tags, epochs=epochs, seed=seed)
    similarity = TagSimilarity.from_tags(tags, vectors)
    known = np.flatnonzero(similarity.known)
    i, j = known[np.random.default_rng(seed).integers(len(known), size=(2, n_pairs))]
    i, j = i[i != j], j[i != j]
    score, relevant = similarity.pairs(i, j), (labels[i] & labels[j]).any(axis=1)
    threshold = np.quantile(score, quantile)
    return threshold, relevant[score > threshold].mean(), relevant.mean(), vectors


def report(name, data, epochs, seeds):
    rows = [measure(data.tags, data.labels, epochs=epochs, seed=seed) for seed in range(seeds)]
    lifts = [above / base for _, above, base, _ in rows]
    threshold, above, base, vectors = rows[0]
    words = {
        word: round(float(vectors.similarity("sunset", word)), 3)
        for word in ("dusk", "sun", "sunrise", "sky", "plants", "religion")
        if {word, "sunset"} <= set(vectors.vocabulary)
    }
    print(
        f"{name}: chance {base:.3f}, above {threshold:.3f}: {above:.3f}, lift {np.mean(lifts):.3f} {np.round(lifts, 3)}"
    )
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
