"""Execute a notebook in place and leave nothing of the time or the machine in it: equal runs are equal files."""

from pathlib import Path
from time import perf_counter

from wshash.atomic import atomic
from wshash.errors import InputError

VOLATILE = ("papermill", "widgets", "execution")


def normalise(notebook) -> None:
    """Strip what changes from run to run: timestamps, widget state, the version of Python."""
    for metadata in (notebook.metadata, *(cell.metadata for cell in notebook.cells)):
        for key in VOLATILE:
            metadata.pop(key, None)
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata.get("language_info", {}).pop("version", None)


def execute(path: Path, timeout: int = 1800) -> float:
    """Run all cells and write the notebook back; the seconds it took. A failing cell leaves the file as it was."""
    import nbformat
    from nbclient import NotebookClient

    started = perf_counter()
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, AttributeError, KeyError, nbformat.ValidationError) as error:
        raise InputError(f"{path} is no notebook ({str(error).splitlines()[0][:100]}); name .ipynb files") from None
    resources = {"metadata": {"path": str(path.resolve().parent)}}
    client = NotebookClient(notebook, timeout=timeout, kernel_name="python3", resources=resources, record_timing=False)
    client.execute()
    normalise(notebook)
    with atomic(path) as temporary:
        nbformat.write(notebook, temporary)
    return perf_counter() - started
