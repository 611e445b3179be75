# %% markdown
# ## 1 · A gain taken apart
#
# Four arrays hold the precision of X, of Matched-X (X with as much more training), of Placebo-X (X started from shuffled tags) and of WS-X, a value for each seed. What is due to more training, what to a start as such, what to what the tags say? Give the three mean differences over the seeds, and of the third the ends of its 95 % interval too: five numbers.
#
# <details><summary>Hint</summary>Matched − X, Placebo − Matched, WS − Placebo. The differences are paired by seed: their deviation (`ddof=1`) by √n, times `t.ppf(0.975, n - 1)`, is half of the interval.</details>
# %% exercise
from scipy.stats import t


def taken_apart(x, matched, placebo, ws):
    # solution
    steps = [matched - x, placebo - matched, ws - placebo]
    n, tags = len(x), steps[2]
    half = t.ppf(0.975, n - 1) * tags.std(ddof=1) / n**0.5
    return [*(step.mean() for step in steps), tags.mean() - half, tags.mean() + half]
    # end


# %% check
hard = np.array([0.70, 0.74, 0.72, 0.71, 0.73])  # what the seeds have in common
found = taken_apart(hard, hard + 0.01, hard + 0.03, hard + np.array([0.03, 0.05, 0.04, 0.03, 0.05]))
check("training, start, tags", None if found is None else found[:3], [0.01, 0.02, 0.01], 1e-6)
check("all three are the gain of WS-X", sum(found[:3]), 0.04, 1e-6)
check("of the tags' part both ends", found[3:], [-0.00242, 0.02242], 1e-4)


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
