"""Are these the published results? Rows made here against the published ones, within what another processor changes."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from wshash.errors import InputError
from wshash.hashing.catalogue import PAPER
from wshash.paths import figures_root, project_root, runs_root
from wshash.study.grid.store import write_json, write_text
from wshash.study.provenance import provenance
from wshash.study.results.frames import main_depth

KEY = ["method", "n_bits", "seed"]
FACTOR = 3
"""A row may differ by this many times what its method was measured to: the largest of a few rows was measured, and the
largest of many is larger."""
LEAST = 0.0005
"""Of what did not move at all when it was measured, a row may differ by this: half of the third decimal."""
ENOUGH = 4
"""Rows beyond the first of each code length from which a method's spread is told."""

SHOWN = 12  # lines of what is other than published, before it says that the report has more


@dataclass(frozen=True)
class Results:
    """What the folder of a study says: all measures of its rows, its claims, and what they were made from."""

    rows: pd.DataFrame
    claims: pd.DataFrame
    origin: dict

    @classmethod
    def read(cls, folder: Path) -> "Results | None":
        """None where no study is, or none that is whole."""
        try:
            tables = (pd.read_csv(folder / f"{name}.csv", keep_default_na=False) for name in ("results", "claims"))
            return cls(*tables, json.loads((folder / "study.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None

    def part(self, *wanted) -> "Results":
        """Rows of these methods, code lengths and seeds; of what is empty, all."""
        kept = [self.rows[column].isin(values) for column, values in zip(KEY, wanted, strict=True) if len(values)]
        return Results(self.rows[np.all(kept, axis=0)] if kept else self.rows, self.claims, self.origin)


def tolerances(published: pd.DataFrame, measure: str) -> pd.DataFrame:
    """How far a row may lie from the published one, for each method.

    :data:`FACTOR` times the largest difference that ``benchmarks/processor.json`` has of the method, or of one that
    trains alike: of X for Matched-X, of WS-X and X for Placebo-X; of all where it has neither. But rounding moves a row
    no further than another seed would: no more than that many times what two seeds differ by, √2 times their spread,
    where there are rows enough to tell it (:data:`ENOUGH`). At least :data:`LEAST`.

    Parameters
    ----------
    published : DataFrame
        Columns ``method``, ``n_bits`` and the measure, a row a seed.
    measure : str

    Returns
    -------
    DataFrame
        ``method``, ``processors`` (the measured difference), ``spread`` (standard deviation over the seeds, pooled over
        the code lengths; NaN where too few tell it), ``tolerance``.
    """
    path = project_root(required=True) / "benchmarks" / "processor.json"
    measured = pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))["table"])
    lines = []
    for method, rows in published.groupby("method", sort=False):
        prefix, _, base = method.partition("-")
        alike = {method, *{"Placebo": (f"WS-{base}", base), "Matched": (base,), "Real": (base,)}.get(prefix, ())}
        own = measured["method"].isin(alike)
        moved = measured.loc[own if own.any() else slice(None), "processors"].max()
        off = rows[measure] - rows.groupby("n_bits")[measure].transform("mean")
        free = len(rows) - rows["n_bits"].nunique()
        spread = np.sqrt((off**2).sum() / free) if free >= ENOUGH else np.nan
        lines.append((method, moved, spread, max(LEAST, FACTOR * np.fmin(moved, np.sqrt(2) * spread))))
    return pd.DataFrame(lines, columns=["method", "processors", "spread", "tolerance"])


@dataclass(frozen=True)
class Verdict:
    """How results made here compare with the published ones.

    Attributes
    ----------
    rows : DataFrame
        One line for each row that is in both and each measure: ``method``, ``n_bits``, ``seed``, ``measure``,
        ``made``, ``published``, ``difference``, ``tolerance``, ``within``.
    drifts : DataFrame
        One line for each method and measure: ``difference``, the mean over its ``n`` rows; what rounding does has
        either sign, so its ``tolerance`` is that of a row divided by √n; ``within``.
    claims : DataFrame or None
        ``claim``, ``what``, ``made``, ``published`` (verdicts), ``found`` here, those that were judged here; None where
        other code lengths or seeds were made, or without a method of the paper's, on which verdicts rest.
    different : dict
        Fingerprints of data, pictures and split that are not the published ones: what is here, what is published.
    n_published, n_claims : int
        Rows and claims that are published.
    origins : dict
        ``made`` and ``published``: what each was made from.
    """

    rows: pd.DataFrame
    drifts: pd.DataFrame
    claims: pd.DataFrame | None
    different: dict[str, tuple]
    n_published: int
    n_claims: int
    origins: dict[str, dict]

    @property
    def outside(self) -> pd.DataFrame:
        """Lines of ``rows`` that are not within their tolerance."""
        return self.rows[~self.rows["within"]]

    @property
    def other_claims(self) -> pd.DataFrame:
        """Claims with another verdict than published."""
        claims = pd.DataFrame({"made": [], "published": []}) if self.claims is None else self.claims
        return claims[claims["made"] != claims["published"]]

    @property
    def reproduced(self) -> bool:
        """Nothing is other than published."""
        same_rows = self.rows["within"].all() and self.drifts["within"].all()
        return bool(same_rows and self.other_claims.empty and not self.different)

    def __str__(self) -> str:
        n = len(self.rows.drop_duplicates(KEY))
        bad = len(self.outside.drop_duplicates(KEY))
        largest = self.rows.loc[self.rows["difference"].abs().idxmax()]
        head = f"{n - bad} of {n} rows within tolerance of the published ones (largest difference {_row(largest)})"
        if n < self.n_published:
            head += f", a part of the {self.n_published} that are published"
        if self.claims is None:
            claims = "claims are not compared, since they rest on all methods of the paper, code lengths and seeds"
        elif len(self.other_claims):
            claims = f"{len(self.other_claims)} of {len(self.claims)} claims have another verdict"
        elif len(self.claims) == self.n_claims:
            claims = "every claim has the verdict published"
        else:
            claims = f"{len(self.claims)} of {self.n_claims} claims were judged, each has the verdict published"
        data = "other " + ", other ".join(self.different) if self.different else "same data, same split"
        lines = self.lines()
        rest = [f"and {len(lines) - SHOWN} more, in the report"] if len(lines) > SHOWN else []
        return "\n".join([f"{head}; {claims}; {data}", *lines[:SHOWN], *rest])

    def lines(self) -> list[str]:
        """What is not as published, a line each."""
        found = [f"{name}: {made} here, {published} published" for name, (made, published) in self.different.items()]
        for row in self.outside.to_dict("records"):
            found.append(
                f"{_which(row)}: {row['measure']} {row['made']:.4f} here, {row['published']:.4f} published, "
                f"{row['difference']:+.4f} with a tolerance of {row['tolerance']:.4f}"
            )
        for row in self.drifts[~self.drifts["within"]].to_dict("records"):
            found.append(
                f"{row['method']}: {row['measure']} differs by {row['difference']:+.4f} in the mean of {row['n']} rows "
                f"with a tolerance of {row['tolerance']:.4f}"
            )
        for row in self.other_claims.to_dict("records"):
            found.append(f"{row['claim']} ({row['what']}): {row['made']} here, {row['published']} published")
        return found

    def report(self) -> str:
        """All of it in Markdown, to go with a paper or a hand-in."""
        made, published = self.origins["made"], self.origins["published"]
        facts = {name: (made.get(name), published.get(name)) for name in ("commit", "date", "machine", "gpu", "python")}
        facts |= {name: (value, published["versions"].get(name)) for name, value in made["versions"].items()}
        facts |= {f"fingerprint: {k}": (v, published["fingerprints"].get(k)) for k, v in made["fingerprints"].items()}
        tables = {
            "Made from": pd.DataFrame(facts, index=["here", "published"]).T,
            "Claims": None if self.claims is None else self.claims.set_index("claim"),
            "In the mean of a method": self.drifts.set_index("method"),
            "Row by row": self.rows.set_index("method"),
        }
        verdict = "Reproduced" if self.reproduced else "Not reproduced"
        text = [f"# {verdict}: {made['config']['dataset']}", "\n\n".join(str(self).splitlines())]
        text.append(
            f"A row may differ by {FACTOR} times what its method differed by on another processor "
            "(`benchmarks/processor.md`; of a method that was not measured there, what one that trains alike did, else "
            f"what any did), by no more than {FACTOR} times what two of its seeds differ by, and by {LEAST} at least; "
            "the mean of n rows by that divided by √n."
        )
        text += [
            f"## {name}\n\n{table.to_markdown(floatfmt='.5f')}" for name, table in tables.items() if table is not None
        ]
        return "\n\n".join(text) + "\n"


def _which(row) -> str:
    return f"{row['method']} {row['n_bits']} bits seed {row['seed']}"


def _row(row) -> str:
    return f"{abs(row['difference']):.4f}".lstrip("0") + f" of {row['measure']}, {_which(row)}"


def compare(made: Results, published: Results) -> Verdict:
    """The rows, claims and fingerprints of one study against those of another.

    Raises
    ------
    InputError
        They share no row.
    """
    columns = [f"precision@{main_depth(published.rows)}", "average_precision"]
    both = made.rows.merge(published.rows, on=KEY, suffixes=("/made", "/published"), validate="1:1")
    if both.empty or not set(columns) <= set(made.rows):
        raise InputError(
            "no row that was made here is published; run a study whose methods, code lengths and seeds are"
        )
    parts = []
    for measure in columns:
        part = both[KEY].assign(measure=measure, made=both[f"{measure}/made"], published=both[f"{measure}/published"])
        part["difference"] = part["made"] - part["published"]
        allowed = tolerances(published.rows, measure)[["method", "tolerance"]]
        parts.append(part.merge(allowed, on="method", how="left"))
    rows = pd.concat(parts, ignore_index=True)
    rows["within"] = rows["difference"].abs() <= rows["tolerance"]
    groups = rows.groupby(["method", "measure"], sort=False)
    drifts = groups.agg(n=("seed", "size"), difference=("difference", "mean"), tolerance=("tolerance", "mean"))
    drifts["tolerance"] = np.maximum(LEAST, drifts["tolerance"] / np.sqrt(drifts["n"]))
    drifts = drifts.assign(within=drifts["difference"].abs() <= drifts["tolerance"]).reset_index()
    claims = None
    here, there = ({column: set(what.rows[column]) for column in KEY} for what in (made, published))
    own = there["method"] & set(PAPER)
    if own <= here["method"] and all(here[column] == there[column] for column in KEY[1:]):
        claims = made.claims.merge(published.claims, on=["claim", "what"], suffixes=("", "/published"))
        claims = claims.rename(columns={"verdict": "made", "verdict/published": "published"})
        claims = claims[["claim", "what", "made", "published", "found"]]
    here, there = made.origin["fingerprints"], published.origin["fingerprints"]
    different = {name: (here.get(name), value) for name, value in there.items() if here.get(name) != value}
    origins = {"made": made.origin, "published": published.origin}
    return Verdict(rows, drifts, claims, different, len(published.rows), len(published.claims), origins)


def left_out(made: Results, published: Results) -> str:
    """What a study that is not published leaves out of one that is, in a sentence."""
    here, there = made.origin["config"], published.origin["config"]
    parts = [
        f"{name.replace('_', ' ')} {_setting(value)} (here {_setting(here.get(name))})"
        for name, value in there.items()
        if here.get(name) != value
    ]
    for column, named in zip(KEY, ("methods", "code lengths", "seeds"), strict=True):
        lacking = [str(value) for value in published.rows[column].unique() if value not in set(made.rows[column])]
        parts += [f"also the {named} {', '.join(lacking)}"] if lacking else []
    return (
        f"not a published study, so there is nothing to compare with; that of {there['dataset']} has {'; '.join(parts)}"
    )


def _setting(value) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={each}" for name, each in value.items()) or "as by default"
    return str(value)


def write(verdict: Verdict, folder: Path) -> Path:
    """Write ``report.md``, ``report.json`` and the figure ``verify``, under the runs; their folder.

    ``folder``: of the study that was made here.
    """
    from wshash import plots

    root = figures_root(published=False)
    target = runs_root() / "verify" / (folder.relative_to(root) if folder.is_relative_to(root) else folder.name)
    origin = provenance()
    write_text(target / "report.md", verdict.report())
    content = {
        "reproduced": verdict.reproduced,
        "verdict": str(verdict).splitlines(),
        "different": verdict.different,
        "rows": verdict.rows.to_dict("records"),
        "drifts": verdict.drifts.to_dict("records"),
        "claims": None if verdict.claims is None else verdict.claims.to_dict("records"),
        "compared": origin,
    }
    write_json(target / "report.json", content | verdict.origins)
    plots.save(plots.verify(verdict.rows), "verify", target, verdict.rows, plots.describe_verify(verdict.rows), origin)
    return target
