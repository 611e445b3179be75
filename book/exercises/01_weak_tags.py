# %% markdown
# ## 1 · Precision and recall of all tags at once
#
# `tagged[i, t]` says whether picture $i$ has tag $t$, `present[i, c]` whether it shows concept $c$. Give the precision and the recall of every tag for every concept, two matrices tags × concepts,
# without a loop.
#
# <details><summary>Hint</summary>How many pictures have tag $t$ *and* show $c$ is one product of matrices.</details>
# %% exercise
def precision_recall(tagged, present):
    # solution
    both = tagged.T.astype(float) @ present
    return both / tagged.sum(axis=0)[:, None], both / present.sum(axis=0)
    # end


# %% check
tagged = np.array([[1, 0], [1, 1], [1, 0], [0, 1], [0, 0]], dtype=bool)
present = np.array([[1], [1], [0], [1], [1]], dtype=bool)
precision, recall = precision_recall(tagged, present) or (None, None)
check("precision of two tags", precision, [[2 / 3], [1]])
check("recall of two tags", recall, [[1 / 2], [1 / 2]])


# %% markdown
# ## 2 · A placebo
#
# Deal the tag lists out to the pictures at random: the same lists, each once, with the seed that is given.
#
# <details><summary>Hint</summary>`rng.permutation(n)` is an order of the pictures; take the lists in that order.</details>
# %% exercise
def placebo(lists, seed):
    # solution
    order = np.random.default_rng(seed).permutation(len(lists))
    return [lists[k] for k in order]
    # end


# %% check
lists = [[f"tag{k}"] * (k % 3 + 1) for k in range(50)]
dealt = placebo(lists, 0)
check("each list is there once", sorted(map(tuple, dealt or [])) == sorted(map(tuple, lists)), True)
check("share of pictures that kept their own list", np.mean([a == b for a, b in zip(lists, dealt)]), 0, 0.2)
check("the same seed deals alike", placebo(lists, 3) == placebo(lists, 3) != placebo(lists, 4), True)
