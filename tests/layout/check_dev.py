"""Check ./dev: what it runs when nobody says what, what a group means, and that workflows call nothing that it does not have and test.

Usage: check_dev.py SOURCE_ROOT. Prints one line per offence, exits 1 when there is any.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

# Verbs that build what a step of the test builds and tries; others are run by a step of the same name, or are the test itself.
TRIED_BY = {"tarball": "package-tarball", "wheel": "package-wheel", "npm": "package-npm", "deb": "package-deb", "arm64": "package-arm64",
            "images": "docker-full", "build": "build", "lint": "lint-format", "fuzz": "long-fuzz"}


def dev(root, *words):
    return subprocess.run([root / "dev", *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def listed(root, *words):
    return dev(root, "test", "--list", *words).stdout.split()


def declared(text, name):
    return re.search(rf"^readonly {name}=\((.*?)\)", text, re.M | re.S)[1].split()


def check_steps(root, text):
    usual, long = declared(text, "STEPS"), declared(text, "LONG_STEPS")
    families = [name for name in re.findall(r"^ +(\w+)-\*\) ", text, re.M)]
    groups = {step.split("-")[0] for step in usual + long}
    yield from (f"dev: {step} is both a usual and a long step" for step in set(usual) & set(long))
    if listed(root) != usual:
        yield f"dev: without words the test runs {listed(root)}, not STEPS"
    if listed(root, "--all") != usual + long:
        yield f"dev: --all runs {listed(root, '--all')}, not STEPS and LONG_STEPS"
    for group in sorted(groups):
        wanted = [step for step in usual + long if step == group or step.startswith(f"{group}-")]
        if listed(root, group) != wanted:
            yield f"dev: {group} means {listed(root, group)}, not {wanted}"
    for step in usual + long:
        if step not in listed(root, step):
            yield f"dev: {step} is not to be had by its name"
        if f"step_{step}()" not in text and step.split("-")[0] not in families:
            yield f"dev: nothing runs {step}"
    unknown = dev(root, "test", "--list", "nonsense")
    if unknown.returncode != 2 or "no step 'nonsense'" not in unknown.stderr:
        yield "dev: a step that does not exist is not refused"


def check_questions(root, text):
    """Whoever asks what a verb takes is told, and nothing is built, installed or run for it."""
    usage = dev(root, "help").stdout
    for verb in sorted(verbs_of(text) - {"help"}):
        for word in ("--help", "-h"):
            told = dev(root, verb, word)
            about = "--rounds" in told.stdout if verb == "bench" else told.stdout == usage
            if told.returncode != 0 or not about or "ninja" in told.stdout + told.stderr:
                yield f"dev: {verb} {word} does not only say what there is: {told}"


def check_hangs(text):
    """A step that hangs fails, names what it waited for, and lets the next one be run."""
    for begins, does in (("step_recipes() {", "sleep 4242"), ("step_lint-shell() {", "return 0")):
        text = text.replace(begins, f"{begins}\n    {does}; return", 1)
    text = text.replace("|| step_build >&2", "|| true")  # what comes before steps that need it
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder, "dev")
        copy.write_text(text, encoding="utf-8")
        copy.chmod(0o755)
        done = subprocess.run([copy, "test", "recipes", "lint-shell"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                              env={**os.environ, "FCEMU_STEP_SECONDS": "5"}, timeout=300)
    verdicts = re.findall(r"^(\S+) +\d+s  (.*)$", done.stdout, re.M)
    if verdicts != [("recipes", "FAILED (still running after 5 s)"), ("lint-shell", "ok")] or "sleep 4242" not in done.stdout or done.returncode != 1:
        yield f"dev: a step that hangs: {done}"


def verbs_of(text):
    found = set()
    for names in re.findall(r"^    ([a-z0-9 |]+)\)", text[text.index("\nmain() {"):], re.M):
        found.update(names.replace("|", " ").split())
    return found


def commands(workflow):
    """What a workflow runs, a command a line: the value of `run:`, or the lines below `run: |`."""
    lines = iter(workflow.read_text(encoding="utf-8").splitlines())
    for line in lines:
        match = re.match(r"( *)(?:- )?run: *(.*)", line)
        if not match:
            continue
        if match[2] not in ("|", ">-"):
            yield match[2]
            continue
        for line in lines:
            if line.strip() and len(line) - len(line.lstrip()) <= len(match[1]):
                break
            if line.strip():
                yield line.strip()


def check_workflow(root, workflow, text):
    name, verbs, steps = workflow.relative_to(root), verbs_of(text), listed(root, "--all")
    matrix = dict.fromkeys(re.findall(r"\$\{\{ matrix\.(\w+) \}\}", workflow.read_text(encoding="utf-8")))
    for key in matrix:
        matrix[key] = re.search(rf"^ +{key}: \[(.*)\]$", workflow.read_text(encoding="utf-8"), re.M)[1].replace(",", " ").split()
    called = list(commands(workflow))
    if not called:
        yield f"{name}: runs nothing"
    for command in called:
        key = re.search(r"\$\{\{ matrix\.(\w+) \}\}", command)
        for each in [command.replace(key[0], value) for value in matrix[key[1]]] if key else [command]:
            words = each.split()
            if words[0] != "./dev" or len(words) < 2 or words[1] not in verbs:
                yield f"{name}: '{each}' is no verb of ./dev"
            elif words[1] == "test":
                yield from (f"{name}: '{each}': no step {word}" for word in words[2:] if word != "--all" and word not in steps)
            elif TRIED_BY.get(words[1]) not in steps:
                yield f"{name}: no step of ./dev test --all tries './dev {words[1]}'"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    text = (root / "dev").read_text(encoding="utf-8")
    offences = [*check_steps(root, text), *check_questions(root, text), *check_hangs(text)]
    for workflow in sorted((root / ".github" / "workflows").glob("*.yml")):
        offences += check_workflow(root, workflow, text)
    print("\n".join(offences) or "./dev and the workflows agree")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
