# %% setup
import pandas as pd

from wshash.study.results.claims import holm, verdict


# %% markdown
# ## 1 · A verdict from intervals
#
# `low` and `high` are the ends of the intervals of a claim's comparisons. Give the verdict by the notebook's rule: `"supported"`, `"contradicted"`, `"mixed"` or `"no difference shown"`.
#
# <details><summary>Hint</summary>One interval below 0 contradicts, whatever the others are; so ask for that first.</details>
# %% exercise
def judge(low, high):
    # solution
    if (high < 0).any():
        return "contradicted"
    if (low > 0).all():
        return "supported"
    return "mixed" if (low > 0).any() else "no difference shown"
    # end


# %% check
WORDS = ["supported", "contradicted", "mixed", "no difference shown"]
rng = np.random.default_rng(0)
for case, middle in enumerate([2, -2, 0.5, 0, 1, -1]):
    low = rng.normal(middle, 1, 4)
    high = low + rng.uniform(0, 3, 4)
    said = judge(low, high)
    expected = verdict(pd.DataFrame({"low": low, "high": high}))
    yours = None if said is None or said is ... else WORDS.index(said)
    check(f"case {case + 1}, {expected}", yours, WORDS.index(expected))


# %% markdown
# ## 2 · Holm's correction
#
# Of m p-values the smallest is multiplied by m, the next by m − 1, and so on to the largest by 1. None may be below the one before it, and none above 1. Give them in the order in which they came.
#
# <details><summary>Hint</summary>`np.argsort(p)`; `np.maximum.accumulate` never falls; write the results back at the places of `argsort`.</details>
# %% exercise
def adjusted(p):
    # solution
    order = np.argsort(p)
    found = np.empty(len(p))
    found[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return found
    # end


# %% check
check("by hand", adjusted(np.array([0.04, 0.01, 0.03])), [0.06, 0.03, 0.06])
p = np.random.default_rng(0).random(9) ** 3
check("as wshash", adjusted(p), holm(p))
