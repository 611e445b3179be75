# %% markdown
# ## 1 · Two tiers of labels
#
# `share` is n×c: which part of each picture shows each concept. A concept is *visible* where its share reaches `least`. It is *salient* where it reaches the larger `much`, and is among the `n_main` concepts of its picture that exceed theirs the most (`share / much`). Give both, bool n×c.
#
# <details><summary>Hint</summary>`np.argsort(np.argsort(-x, axis=1), axis=1)` is the rank of each value in its row, from 0.</details>
# %% exercise
def two_tiers(share, least, much, n_main):
    # solution
    rank = np.argsort(np.argsort(-share / much, axis=1), axis=1)
    return share >= least, (share >= much) & (rank < n_main)
    # end


# %% check
least, much = np.array([0.25, 0.002, 0.08]), np.array([0.55, 0.01, 0.35])  # sky, sun, sea
share = np.array([[0.6, 0.03, 0.3], [0.56, 0.04, 0.38], [0.2, 0.0, 0.8]])
visible, salient = two_tiers(share, least, much, n_main=2) or (None, None)
check("visible", visible, [[1, 1, 1], [1, 1, 1], [0, 0, 1]])
check("salient", salient, [[1, 1, 0], [0, 1, 1], [0, 0, 1]])


# %% markdown
# ## 2 · A split that nobody trained on
#
# Draw `n_queries` queries among the pictures that have a concept. Halve the rest at random: one half trains, the other is searched. Give the three arrays of row numbers.
#
# <details><summary>Hint</summary>`np.flatnonzero(labels.any(axis=1))` may be asked for; `np.setdiff1d` takes rows away; `rng.permutation` and `rng.choice` draw.</details>
# %% exercise
def held_out(labels, n_queries, rng):
    # solution
    query = rng.choice(np.flatnonzero(labels.any(axis=1)), n_queries, replace=False)
    rest = rng.permutation(np.setdiff1d(np.arange(len(labels)), query))
    return query, rest[: len(rest) // 2], rest[len(rest) // 2 :]
    # end


# %% check
labels = np.random.default_rng(0).random((101, 3)) < 0.2
query, train, database = held_out(labels, 21, np.random.default_rng(1)) or (None, None, None)
check("how many", None if query is None else [len(query), len(train), len(database)], [21, 40, 40])
check("each picture once", np.sort(np.concatenate([query, train, database])), np.arange(101))
check("queries without a concept", (~labels[query].any(axis=1)).sum(), 0)
check("another draw is another split", np.array_equal(query, held_out(labels, 21, np.random.default_rng(2))[0]), False)
