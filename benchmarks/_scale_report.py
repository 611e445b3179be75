"""The tables of scale.py: what was measured, how it grows, and the estimate for NUS-WIDE."""

import math

import pandas as pd


def report(found: dict, theory: dict, nuswide: dict, origin: dict, threads: int) -> str:
    """Markdown.

    Parameters
    ----------
    found : dict
        Number of pictures (as text) → stage → what was measured.
    theory : dict
        Stage → (what its seconds are proportional to, why).
    nuswide : dict
        The sizes of the estimate.
    origin : dict
        Provenance.
    threads : int
        Those of the stages that use all cores.
    """
    ns = sorted(map(int, found))
    done = {stage: [n for n in ns if "seconds" in found[str(n)].get(stage, {})] for stage in theory}
    commits = sorted({m["commit"] for stages in found.values() for m in stages.values()})
    parts = [
        "# How time and memory grow with the collection",
        f"Postcards, 64 bits, by `python benchmarks/scale.py`. {origin['machine']}, {threads} threads where a stage "
        f"uses all cores; commit {', '.join(commits)}. Stages ran one after another, each in its own process: seconds "
        "of its work, CPU seconds with its children's, and the peak of its memory with its children's, imports and "
        "input included.",
        _facts(found, ns),
        "## Measured",
        _measured(found, done, ns),
        _failures(found, ns),
        "## Growth and estimate",
        "Exponent e: seconds grow as size^e from one number of pictures to the next, the size being what the stage is "
        "proportional to in theory; 1 is as expected, less where a constant part (imports aside) still shows.",
        _growth(found, theory, done, ns, nuswide),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(found: dict, ns: list[int]) -> str:
    rows = []
    for n in ns:
        at = {stage: facts for stage, facts in found[str(n)].items() if "seconds" in facts}
        rows.append(
            {
                "pictures": f"{n:,}",
                "different tags": at.get("tagging", {}).get("different tags"),
                "tags a picture": at.get("tagging", {}).get("tags a picture"),
                "judged by the filter": at.get("tag filter", {}).get("judged"),
                "kept": at.get("tag filter", {}).get("kept"),
                "with a vector, kept": at.get("skip-gram, kept tags", {}).get("vocabulary"),
                "with a vector, all": at.get("skip-gram, all tags", {}).get("vocabulary"),
                "epochs chosen, kept / all": " / ".join(
                    str(at.get(f"skip-gram, {which} tags", {}).get("epochs", "")) for which in ("kept", "all")
                ),
            }
        )
    table = pd.DataFrame(rows).to_markdown(index=False)
    return (
        f"{table}\n\nThe crowd of taggers is four times the usual one, so that there are more different tags. Those "
        "with a vector occur five times in the training set; the study as published uses the kept ones. Since these "
        "are fewer than NUS-WIDE's 5,018, eq. (1) and the weak network are measured a second time on random tag lists "
        "with NUS-WIDE's numbers: 5,018 tags, 7 a picture, nothing filtered out."
    )


def _measured(found: dict, done: dict, ns: list[int]) -> str:
    rows = []
    for stage, sizes in done.items():
        row = {"stage": stage}
        for n in ns:
            m = found[str(n)][stage] if n in sizes else None
            row |= {
                f"{n:,}: s": _short(m["seconds"]) if m else "",
                "CPU s" + " " * len(row): _short(m["cpu"]) if m else "",
                "MiB" + " " * len(row): f"{m['peak']:,.0f}" if m else "",
            }
        rows.append(row)
    return pd.DataFrame(rows).to_markdown(
        index=False, disable_numparse=True, colalign=["left", *["right"] * 3 * len(ns)]
    )


def _failures(found: dict, ns: list[int]) -> str:
    lines = [
        f"- {stage} at {n:,} pictures ended with status {m['failed']} at {m['peak']:,.0f} MiB"
        for n in ns
        for stage, m in found[str(n)].items()
        if "failed" in m
    ]
    return "\n".join(lines)


def _growth(found: dict, theory: dict, done: dict, ns: list[int], nuswide: dict) -> str:
    rows, seconds, memory = [], 0.0, 0.0
    for stage, (unit, why) in theory.items():
        at = [found[str(n)][stage] for n in done[stage]]
        exponents = [_exponent(a, b) for a, b in zip(at, at[1:], strict=False)]
        row = {
            "stage": stage,
            "proportional to": unit,
            "because": why,
            "exponent": ", ".join(f"{e:.2f}" for e in exponents),
        }
        if len(at) > 1:
            n, last = done[stage][-1], at[-1]
            size = _target(unit, last, n, found[str(n)].get("tagging", {}), nuswide)
            hours = _extend(at[-2]["size"], at[-2]["seconds"], last["size"], last["seconds"], size) / 3600
            mib = _extend(done[stage][-2], at[-2]["peak"], n, last["peak"], nuswide["n"])
            row |= {f"{nuswide['n']:,}: hours": f"{hours:.2f}", "GiB": f"{mib / 1024:.1f}"}
            seconds, memory = seconds + hours, max(memory, mib / 1024)
        rows.append(row)
    table = pd.DataFrame(rows).fillna("").to_markdown(index=False, disable_numparse=True)
    if len(ns) < 2:
        return table
    return (
        f"{table}\n\nThe estimate goes on from the last two sizes: on the straight line through both, or as a power of "
        "the last, whichever is more, since a constant part and caches that become too small can't be told apart from "
        "two points; in proportion to the last where its size is less than twice the one before. The sizes are "
        f"NUS-WIDE's: {nuswide['n']:,} pictures, {nuswide['mean_tags']} tags a picture for skip-gram (as many epochs "
        f"as were tried last), {nuswide['queries']:,} queries. Photographs are decoded where postcards are drawn, "
        f"which is faster. In all {seconds:.1f} hours for one seed at 64 bits and these methods, of which drawing, "
        f"features, filter and vectors are made once for all rows; the largest stage takes {memory:.1f} GiB."
    )


def _exponent(a: dict, b: dict) -> float:
    return math.log(b["seconds"] / a["seconds"]) / math.log(b["size"] / a["size"])


def _target(unit: str, last: dict, n: int, tagging: dict, nuswide: dict) -> float:
    """The size of a stage on NUS-WIDE."""
    if unit.startswith("queries"):
        return nuswide["queries"] * (nuswide["n"] - nuswide["queries"])
    more = nuswide["n"] / n
    return last["size"] * more * (nuswide["mean_tags"] / tagging["tags a picture"] if unit.startswith("tags") else 1)


def _extend(x1: float, y1: float, x2: float, y2: float, x: float) -> float:
    """y at x from two points: on their line or, with an exponent above 1, by their power law, whichever is more."""
    if x2 < 2 * x1:
        return y2 * x / x2
    line = y2 + max(0.0, y2 - y1) / (x2 - x1) * (x - x2)
    exponent = math.log(y2 / y1) / math.log(x2 / x1)
    return max(line, y2 * (x / x2) ** exponent if exponent > 1 else 0.0)


def _short(seconds: float) -> str:
    return f"{seconds:,.0f}" if seconds >= 10 else f"{seconds:.2g}"
