# %% markdown
# ## 1 · Expected precision
#
# Of the items at each distance there are `n`, of which `r` are relevant. Give the expected Precision@R over all orders of equal distances.
#
# <details><summary>Hint</summary>How many items of each distance are among the first R? Of these the share `r / n` is relevant. Mind distances without items.</details>
# %% exercise
def expected_precision(n, r, R):
    # solution
    nearer = np.cumsum(n) - n
    taken = np.clip(R - nearer, 0, n)
    return (taken * r / np.maximum(n, 1)).sum() / R
    # end


# %% check
check("the notebook's five items", expected_precision(np.array([1, 3, 1]), np.array([1, 1, 1]), 3), 5 / 9)
check("an empty distance", expected_precision(np.array([2, 0, 4]), np.array([1, 0, 1]), 4), (1 + 0.5) / 4)
check("all items", expected_precision(np.array([2, 0, 4]), np.array([1, 0, 1]), 6), 2 / 6)


# %% markdown
# ## 2 · Best and worst order
#
# The same, if among equal distances all relevant items come first, and if they come last. Give both.
#
# <details><summary>Hint</summary>Of the `taken` items of a distance at most `r` can be relevant, and at least `taken - (n - r)` must be.</details>
# %% exercise
def bounds(n, r, R):
    # solution
    taken = np.clip(R - (np.cumsum(n) - n), 0, n)
    return np.minimum(taken, r).sum() / R, np.maximum(taken - (n - r), 0).sum() / R
    # end


# %% check
check("the notebook's five items", bounds(np.array([1, 3, 1]), np.array([1, 1, 1]), 3), [2 / 3, 1 / 3])
check("no tie at the cut", bounds(np.array([2, 0, 4]), np.array([1, 0, 1]), 2), [1 / 2, 1 / 2])


# %% markdown
# ## 3 · A paired bootstrap
#
# The precision of each query under X and under WS-X. Draw queries with replacement `n_draws` times, and give the 2.5 % and 97.5 % quantile of the mean difference.
#
# <details><summary>Hint</summary>`rng.integers(len(x), size=(n_draws, len(x)))` are all draws at once; take the *difference* first.</details>
# %% exercise
def paired_interval(x, ws, rng, n_draws=4000):
    # solution
    difference = ws - x
    means = difference[rng.integers(len(x), size=(n_draws, len(x)))].mean(axis=1)
    return np.quantile(means, [0.025, 0.975])
    # end


# %% check
rng = np.random.default_rng(0)
hard = rng.uniform(0, 0.9, 200)  # how easy each query is: common to both
check("always .05 ahead", paired_interval(hard, hard + 0.05, rng), [0.05, 0.05])
interval = paired_interval(hard, hard + rng.normal(0.05, 0.1, 200), rng)
check("width about 4 · .1/√200", np.ptp(interval), 4 * 0.1 / 200**0.5, 0.006)
