# %% markdown
# ## 1 · Cohesion from one sum
#
# The rows of `X` have length 1. Give $\frac1n \sum_i (1 - \cos(x_i, c))$ with $c$ their mean, from the mean alone.
#
# <details><summary>Hint</summary>The notebook shows that the sum is $1 - |c|$.</details>
# %% exercise
def cohesion(X):
    # solution
    return 1 - np.linalg.norm(X.mean(axis=0))
    # end


# %% check
check("two that are at a right angle", cohesion(np.eye(2)), 1 - 2**-0.5)
check("three that are equal", cohesion(np.array([[0.6, 0.8]] * 3)), 0)


# %% markdown
# ## 2 · Against random sets of the same size
#
# Give the $z$ of the cohesion of the pictures in `rows`: their cohesion minus the mean of `n_sets` random sets of as many pictures (drawn without replacement, by `rng.choice`), divided by the deviation of these.
#
# <details><summary>Hint</summary>`rng.choice(len(X), size, replace=False)` is one set.</details>
# %% exercise
def z_cohesion(X, rows, rng, n_sets=400):
    # solution
    null = [cohesion(X[rng.choice(len(X), len(rows), replace=False)]) for _ in range(n_sets)]
    return (cohesion(X[rows]) - np.mean(null)) / np.std(null)
    # end


# %% check
rng = np.random.default_rng(0)
angle = np.concatenate([rng.normal(0, 0.1, 20), rng.uniform(0, 1.5, 180)])
X = np.stack([np.cos(angle), np.sin(angle)], axis=1)
visual, random = z_cohesion(X, np.arange(20), rng), z_cohesion(X, np.arange(100, 120), rng)
check("a tight set has a z far below 0", None if visual is None else visual < -3, True)
check("a random set has not", abs(random) < 3, True)
