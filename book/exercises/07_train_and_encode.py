# %% setup
import hashlib
import json
import re
import warnings

from wshash.hashing.training import check_length


# %% markdown
# ## 1 · The address of a row
#
# Give the first 20 hexadecimal digits of a hash of `parameters` (a dictionary) and of `code` (text): the same whenever both are equal, in whatever order the parameters stand, and another when a value or the code changes.
#
# <details><summary>Hint</summary>`json.dumps(…, sort_keys=True)` writes equal values as equal text; `hashlib.sha256(text.encode()).hexdigest()` hashes it.</details>
# %% exercise
def address(parameters, code):
    # solution
    text = json.dumps([parameters, code], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]
    # end


# %% check
one = address({"n_bits": 16, "seed": 0}, "loss = pull + push")
check("digits", one and len(re.findall("[0-9a-f]", one)), 20)
check("in another order it is the same", one == address({"seed": 0, "n_bits": 16}, "loss = pull + push"), True)
check("another seed is another row", one == address({"n_bits": 16, "seed": 1}, "loss = pull + push"), False)
check("so is other code", one == address({"n_bits": 16, "seed": 0}, "loss = pull - push"), False)


# %% markdown
# ## 2 · Was the training long enough?
#
# Which part of the whole fall of the loss came in the second half? Of n losses, one an epoch, take the mean of the second quarter and of the last quarter, and divide what lies between them by the fall from the first loss to the last quarter's mean. (n is a multiple of 4.)
#
# <details><summary>Hint</summary>`losses[n // 4 : n // 2]` is the second quarter, `losses[-n // 4 :]` the last.</details>
# %% exercise
def late_share(losses):
    # solution
    n = len(losses)
    second, last = np.mean(losses[n // 4 : n // 2]), np.mean(losses[-n // 4 :])
    return (second - last) / (losses[0] - last)
    # end


# %% check
straight, flat = np.linspace(1, 0, 40), np.exp(-np.arange(40.0))
check("a straight fall: not yet at its end", late_share(straight), 0.5789)
check("a curve that is flat at its end", late_share(flat), 0, 1e-3)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    check_length(list(straight), 1000, "a straight fall")
check(
    "as wshash warns", round(100 * late_share(straight)), int(re.search(r"(\d+)% of the fall", str(said[0].message))[1])
)
