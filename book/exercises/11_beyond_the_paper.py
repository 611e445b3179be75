# %% markdown
# ## 1 · A placebo
#
# Deal the tag lists out to the pictures at random: every list is used once, none is changed. The same seed gives the same deal.
#
# <details><summary>Hint</summary>`np.random.default_rng(seed).permutation(len(tags))` is an order; take the lists in it. Do not shuffle inside a list, nor the list that you were given.</details>
# %% exercise
def placebo(tags, seed):
    # solution
    return [tags[i] for i in np.random.default_rng(seed).permutation(len(tags))]
    # end


# %% check
tags = [["sea", f"p{i}"] + ["sun"] * (i % 3) for i in range(60)]
dealt = placebo(tags, 0)
check("the same lists", dealt and sorted(dealt) == sorted(tags), True)
check("at other pictures", np.mean([a == b for a, b in zip(dealt, tags, strict=True)]) < 0.2, True)
check("the same again", placebo(tags, 0) == dealt and placebo(tags, 1) != dealt, True)
check("what was given is as it was", [tag[1] for tag in tags] == [f"p{i}" for i in range(60)], True)


# %% markdown
# ## 2 · What tags are worth in labels
#
# X alone reaches `precision` with `labelled` pictures, both rising. With how many labelled pictures would it reach `target`? Read its curve between its points, straight over the *logarithm* of the number; NaN outside of the curve.
#
# <details><summary>Hint</summary>`np.interp(target, precision, …, left=np.nan, right=np.nan)` of the logarithms, and `np.exp` of that.</details>
# %% exercise
def labels_for(target, labelled, precision):
    # solution
    return np.exp(np.interp(target, precision, np.log(labelled), left=np.nan, right=np.nan))
    # end


# %% check
labelled, precision = np.array([100, 400, 1600]), np.array([0.70, 0.80, 0.85])
check("at a point", labels_for(0.80, labelled, precision), 400, 1e-6)
check("half way up: √(100 · 400)", labels_for(0.75, labelled, precision), 200, 1e-6)
check("never reached", np.isnan(labels_for(0.9, labelled, precision)), True)
# Photographs, 32 bits: KSH with 97 and 487 labelled pictures, and WS-KSH with 97, as once measured.
worth = labels_for(0.781861, np.array([97, 487]), np.array([0.743967, 0.823949])) / 97
check("worth so many times its labels", worth, 2.148, 1e-3)
