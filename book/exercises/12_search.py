# %% markdown
# ## 1 · Pictures ranked by a word
#
# `pictures` has a row for each picture, predicted in the space of the tags' vectors; `word` is a word's vector. Give the numbers of the `n` pictures whose cosine with the word is largest, the largest first.
#
# <details><summary>Hint</summary>The length of the word's vector changes no order; that of a picture's does. `np.argsort(-cosine, kind="stable")` has the largest first.</details>
# %% exercise
def answers(word, pictures, n):
    # solution
    cosine = pictures @ word / (np.linalg.norm(pictures, axis=1) * np.linalg.norm(word))
    return np.argsort(-cosine, kind="stable")[:n]
    # end


# %% check
pictures = np.array([[3.0, 3.0], [0.0, 1.0], [1.0, 0.2], [-1.0, 0.0]])
check("the word (1, 0): the third picture, then the first", answers(np.array([1.0, 0]), pictures, 2), [2, 0])
check("a longer vector of the word", answers(np.array([9.0, 0]), pictures, 3), [2, 0, 1])
random = np.random.default_rng(0)
many, word = random.normal(size=(50, 8)), random.normal(size=8)
best = answers(word, many, 50)
cosine = [many[i] @ word / np.linalg.norm(many[i]) for i in ([] if best is None or best is ... else best)]
check("the cosines of fifty pictures fall", len(cosine) == 50 and bool((np.diff(cosine) <= 0).all()), True)


# %% markdown
# ## 2 · Places, and who stands for them
#
# `distances` has the Hamming distance of each picture to the query. Of the first `n` answers give three numbers: how many pictures are nearer than the last answer, how many lie at its distance, and the chance that a certain one of the latter is shown.
#
# <details><summary>Hint</summary>The last answer's distance is `np.sort(distances)[n - 1]`. The places that the nearer ones leave are shared by all at this distance.</details>
# %% exercise
def tied(distances, n):
    # solution
    last = np.sort(distances)[n - 1]
    nearer, at = (distances < last).sum(), (distances == last).sum()
    return nearer, at, (n - nearer) / at
    # end


# %% check
check("two nearer, four for one place", tied(np.array([0, 1, 3, 3, 3, 3, 5]), 3), [2, 4, 1 / 4])
check("no tie at the cut", tied(np.array([4, 0, 2]), 2), [1, 1, 1])
check("all at one distance", tied(np.full(10, 7), 5), [0, 10, 1 / 2])
