"""Runs every benchmark of speed and writes their table.

python -m benchmarks.all --doc=docs/speed.md

Each runs in a process of its own, one after another; a line that fails is
reported as such. The table stands between two marks in the document; prose
around it stays, and so do lines that are not run anew: do so on one machine.
"""

import json
import pathlib
import subprocess
import sys

from absl import app
from absl import flags
from tqdm import tqdm

from mipae_tf.cli.path_flag import define_path

DOC = define_path("doc", None, "Markdown file to write the table into.")
ONLY = flags.DEFINE_list("only", None, "Names of benchmarks; all when unset.")

BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
# Module, what its ratio compares, the least that is aimed at.
ROWS = {
    "train_step": ("published step, PyTorch twin by ours", 1.4),
    "input_pipeline": ("batches made by batches taken at width 16", 20.0),
    "dynamics_stage": ("epoch encoding frames by epoch of cached latents", 20),
    "forecast": ("500 steps, eager Python loop by compiled pieces", 3.0),
    "dataset_build": ("plain loop by Beam with 2 workers", None),
    "mig": ("MIG at 20,000, tree searches by blocked products", None),
}
TOLD = "Machine and versions: "
MACHINE = ("cores", "gpus", "processor")
VERSIONS = ("python", "tensorflow", "keras", "numpy", "torch")
SKIPPED = ("benchmark", "ratio", *MACHINE, *VERSIONS)


def run(name: str) -> dict | None:
    """The JSON line of a benchmark, None where it failed."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}"],
        capture_output=True,
        text=True,
    )
    lines = [line for line in done.stdout.splitlines() if line[:1] == "{"]
    if done.returncode or not lines:
        print(f"{name} failed:\n{done.stderr[-2000:]}", file=sys.stderr)
        return None
    return json.loads(lines[-1])


def table(found: dict[str, dict | None], old: list[str]) -> str:
    """Markdown of all lines; `old` ones where there are no new ones."""
    rows = [
        "| benchmark | ratio of | ratio | aim | figures |",
        "|---|---|---|---|---|",
    ]
    for name in ROWS:
        if name not in found:
            rows += [row for row in old if row.startswith(f"| `{name}` |")]
            continue
        line = found[name]
        meaning, aim = ROWS[name]
        aim = "" if aim is None else f"at least {aim:g}"
        if line is None:
            rows.append(f"| `{name}` | {meaning} | failed | {aim} | |")
            continue
        figures = ", ".join(
            f"{key} {value}"
            for key, value in line.items()
            if key not in SKIPPED and not isinstance(value, dict | list)
        )
        ratio = line.get("ratio")
        shown = "absent" if ratio is None else f"{ratio:.2f}"
        rows.append(f"| `{name}` | {meaning} | {shown} | {aim} | {figures} |")
    told = [line for line in found.values() if line and "cores" in line]
    rows += ["", *(machine(line) for line in told[:1])]
    if not told:
        rows += [row for row in old if row.startswith(TOLD)]
    return "\n".join(rows)


def machine(line: dict) -> str:
    """What a JSON line says of the machine it was measured on."""
    known = [name for name in MACHINE + VERSIONS if name in line]
    return TOLD + ", ".join(f"{name} {line[name]}" for name in known) + "."


def main(_) -> None:
    """Runs, prints, writes."""
    names = ONLY.value or list(ROWS)
    if unknown := set(names) - set(ROWS):
        raise app.UsageError(
            f"--only={','.join(sorted(unknown))} is unknown; allowed are "
            f"{', '.join(ROWS)}."
        )
    found = {name: run(name) for name in tqdm(names, disable=None)}
    if DOC.value:
        path = pathlib.Path(DOC.value)
        before, _, rest = path.read_text().partition(BEGIN)
        old, _, after = rest.partition(END)
        text = table(found, old.splitlines())
        path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
    else:
        text = table(found, [])
    print(text)
    if None in found.values():
        sys.exit(1)


if __name__ == "__main__":
    app.run(main)
