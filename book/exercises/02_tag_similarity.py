# %% markdown
# ## 1 · Equation (2) for all pairs of tags
#
# `X` has a tag vector in each row. Give the matrix of $\text{sim}(x_a, x_b) = x_a \cdot x_b / (|x_a|^2 + |x_b|^2 - x_a \cdot x_b)$ without a loop.
#
# <details><summary>Hint</summary>`X @ X.T` has all products of two vectors; the squared lengths are on its diagonal.</details>
# %% exercise
def tag_similarity(X):
    # solution
    dot = X @ X.T
    length = np.diag(dot)
    return dot / (length[:, None] + length - dot)
    # end


# %% check
check(
    "sim of (1, 2), (2, 1)",
    (lambda T: None if T is None else T[0, 1])(tag_similarity(np.array([[1, 2], [2, 1]]))),
    2 / 3,
)
check("opposite vectors", tag_similarity(np.array([[1.0, 1], [-1, -1]])), [[1, -1 / 3], [-1 / 3, 1]])
from wshash.tags import tag_similarity_matrix

X = np.random.default_rng(0).normal(size=(6, 4))
check("as wshash", tag_similarity(X), tag_similarity_matrix(X))


# %% markdown
# ## 2 · Equation (1) as a product of matrices
#
# Picture $i$ has the tags `lists[i]`, numbers of rows of `T`. Give $s(i, j)$ for all pairs of pictures: the mean of `T` over all pairs of their tags.
#
# <details><summary>Hint</summary>Let row $i$ of $B$ have $1/m$ for each of the $m$ tags of picture $i$. Then $s = B\,T\,B^\top$.</details>
# %% exercise
def picture_similarity(lists, T):
    # solution
    B = np.zeros((len(lists), len(T)))
    for i, tags in enumerate(lists):
        B[i, tags] = 1 / len(tags)
    return B @ T @ B.T
    # end


# %% check
T = np.array([[1, 0.2, 0], [0.2, 1, 0.6], [0, 0.6, 1]])
check("a picture with two tags and itself", picture_similarity([[0, 1]], T), [[0.6]])
check("two pictures", picture_similarity([[0], [1, 2]], T), [[1, 0.1], [0.1, 0.8]])


# %% markdown
# ## 3 · Negative sampling
#
# Skip-gram draws its counter-examples with a probability that grows as the count of a tag to the power ¾. Give these probabilities.
#
# <details><summary>Hint</summary>Probabilities add up to 1.</details>
# %% exercise
def negative_probabilities(counts):
    # solution
    weights = np.asarray(counts, dtype=float) ** 0.75
    return weights / weights.sum()
    # end


# %% check
check("two tags, 16 and 1 times", negative_probabilities([16, 1]), [8 / 9, 1 / 9])
check("three equal tags", negative_probabilities([5, 5, 5]), [1 / 3] * 3)
