# %% markdown
# ## 1 · Measure a time
#
# Call `action` once to warm up, then `repeats` times more, and read `clock()` before and after each of these. Give the quartiles of the times: low, median, high.
#
# <details><summary>Hint</summary>`clock` is a function, as `time.perf_counter` is: one call before `action()`, one after. `np.percentile(times, [25, 50, 75])`.</details>
# %% exercise
def quartiles(action, repeats, clock):
    # solution
    action()
    times = []
    for _ in range(repeats):
        started = clock()
        action()
        times.append(clock() - started)
    return np.percentile(times, [25, 50, 75])
    # end


# %% check
class Clock:  # a clock that only the action moves, by as many seconds as are prescribed
    def __init__(self, *seconds):
        self.now, self.seconds = 0.0, list(seconds)

    def action(self):
        self.now += self.seconds.pop(0)


clock = Clock(9, 2, 1, 3, 50, 2)  # the first call is slow; once another process came in between
check("quartiles", quartiles(clock.action, 5, lambda: clock.now), [2, 2, 3])
check("calls that are left", len(clock.seconds), 0)


# %% markdown
# ## 2 · What a faster hashing is worth
#
# The network takes `network` seconds a picture, the hashing `hashing`. By which factor do more pictures go through a second if the hashing alone becomes `times` as fast?
#
# <details><summary>Hint</summary>Pictures a second are 1 / (seconds a picture). Amdahl's law says nothing else.</details>
# %% exercise
def speedup(network, hashing, times):
    # solution
    return (network + hashing) / (network + hashing / times)
    # end


# %% check
check("half of it is hashing", speedup(1.0, 1.0, 2), 4 / 3)
check("13.7 ms and 83.2 µs, no hashing at all", speedup(13.7e-3, 83.2e-6, np.inf), 1.00607, 1e-5)
