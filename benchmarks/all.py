"""Runs all speed benchmarks and writes their table.

python -m benchmarks.all --doc=docs/speed.md

Each benchmark runs in a separate process, one after another; a failed one is
reported in the table. The table is between two markers in the document. The
text around it is kept, and so are rows of benchmarks that are not run; all rows
should be measured on the same machine.
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
# Module, meaning of its ratio, minimum ratio to reach.
ROWS = {
    "train_step": ("published step: PyTorch / this library", 1.4),
    "input_pipeline": ("batches: produced / consumed at width 16", 20.0),
    "dynamics_stage": ("epoch: encoding frames / cached latents", 20),
    "forecast": ("500 steps: eager Python loop / compiled", 3.0),
    "dataset_build": ("build: loop / Beam with 2 workers", None),
    "build_parts": ("slowest drawn config: clips a CPU second / 500", 1.0),
    "mig": ("MIG at 20,000: tree searches / blocked products", None),
}
MACHINE_PREFIX = "Machine and versions: "
MACHINE_KEYS = ("cores", "gpus", "processor")
VERSION_KEYS = ("python", "tensorflow", "keras", "numpy", "torch")
OMITTED_KEYS = ("benchmark", "ratio", *MACHINE_KEYS, *VERSION_KEYS)


def run(name: str) -> dict | None:
    """The JSON line of a benchmark, or None if it failed."""
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
    """Markdown table; rows without a new result are taken from `old`."""
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
            if key not in OMITTED_KEYS and not isinstance(value, dict | list)
        )
        ratio = line.get("ratio")
        shown = "absent" if ratio is None else f"{ratio:.2f}"
        rows.append(f"| `{name}` | {meaning} | {shown} | {aim} | {figures} |")
    told = [line for line in found.values() if line and "cores" in line]
    rows += ["", *(machine(line) for line in told[:1])]
    if not told:
        rows += [row for row in old if row.startswith(MACHINE_PREFIX)]
    return "\n".join(rows)


def machine(line: dict) -> str:
    """The machine and versions of a JSON line."""
    known = [name for name in MACHINE_KEYS + VERSION_KEYS if name in line]
    return (
        MACHINE_PREFIX
        + ", ".join(f"{name} {line[name]}" for name in known)
        + "."
    )


def main(_) -> None:
    """Runs the benchmarks, prints and writes the table."""
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
