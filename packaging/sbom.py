#!/usr/bin/env -S /usr/bin/python3 -B
"""Software bills of materials in CycloneDX, from what is really there: what dpkg says of the libraries that the program loads or of all that
is installed, what was compiled in, and the program itself. The same parts make the same bill.

    sbom.py carry SOURCES BUILD FOLDER [TRIPLET]  a folder that carries the program with its libraries, and its bill FOLDER.cdx.json
    sbom.py system ROOT BILL OUT  of a whole system, such as an image, that has such a folder: all that dpkg knows below ROOT, too
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import bundle  # noqa: E402

SPEC = "1.5"
FIELDS = ("Package", "Version", "Architecture", "Depends", "Pre-Depends", "db:Status-Status")
HEADERS_ONLY = ("uthash-dev",)  # compiled in, so that no library of theirs is loaded
MACHINES = {"aarch64-linux-gnu": "arm64"}  # as the compiler and dpkg call them
NAMESPACE = uuid.UUID("6f1e0a52-2f0c-5c0e-9d1a-0a8252fce001")


def version_of(sources):
    return re.search(r"version: '([\d.]+)'", (pathlib.Path(sources) / "meson.build").read_text(encoding="utf-8"))[1]


def installed(root="/", machine=None):
    """Every package that dpkg has there, by its name; of those that it has for several machines, that for this one."""
    form = "".join("${%s}\t" % field for field in FIELDS) + "\n"
    admin = pathlib.Path(root, "var/lib/dpkg")
    rows = (line.split("\t") for line in bundle.run("dpkg-query", f"--admindir={admin}", "-W", "-f", form).splitlines())
    packages = {}
    for row in rows:
        package = dict(zip(FIELDS, row))
        if package["db:Status-Status"] == "installed":
            if package["Package"] not in packages or package["Architecture"] == machine:
                packages[package["Package"]] = package
    return packages


def distribution():
    """Debian 12, here and in what is made here."""
    text = pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
    found = dict(re.findall(r'^(ID|VERSION_ID)="?([^"\n]*)"?$', text, re.M))
    return "-".join(filter(None, (found.get("ID"), found.get("VERSION_ID"))))


def licences(name, root):
    """What the package's copyright file calls them, where a program can read it."""
    path = pathlib.Path(root, "usr/share/doc", name, "copyright")
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    if not text.startswith("Format:"):
        return []
    return [{"license": {"name": each}} for each in sorted(set(re.findall(r"^License: *(\S.*?) *$", text, re.M)))]


def of_package(package, files=(), root="/"):
    """Debian's package as a component; files are those of it that are carried along."""
    name, version = package["Package"], package["Version"]
    purl = f"pkg:deb/debian/{name}@{urllib.parse.quote(version, safe='.-~:')}?arch={package['Architecture']}&distro={distribution()}"
    component = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if licences(name, root):
        component["licenses"] = licences(name, root)
    if files:
        component["components"] = [of_file(path) for path in files]
    if any(path.name.startswith("libicudata.") for path in files):
        component["pedigree"] = {"notes": "its Unicode data are an empty table here"}
    return component


def of_file(path):
    return {"type": "file", "name": path.name, "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}]}


def of_npm(name, version):
    purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
    group, _, base = name.rpartition("/")
    return {"type": "library", "bom-ref": purl, **({"group": group} if group else {}), "name": base, "version": version, "purl": purl}


def compiled(sources, build):
    """Components that are in the program without being a library."""
    page = (pathlib.Path(build) / "src/admin/page_files.inc").read_text(encoding="utf-8").split("\n", 1)[0]
    named = re.fullmatch(r"/\* packages: (.*) \*/", page)
    packages = installed()
    return {
        "version": version_of(sources),
        "components": [of_package(packages[name]) for name in HEADERS_ONLY if name in packages]
        + [of_npm(*each.rsplit("@", 1)) for each in (named[1].split() if named else [])],
    }


def bill(program, built_in, components, needs):
    """The document: needs has, for a component and for None (the program), what it depends on."""
    purl = f"pkg:generic/fcemu@{built_in['version']}"
    main = {**of_file(pathlib.Path(program)), "type": "application", "bom-ref": purl, "name": "fcemu", "version": built_in["version"],
            "purl": purl, "licenses": [{"license": {"id": "MIT"}}]}
    components = sorted([*components, *built_in["components"]], key=lambda each: each["bom-ref"])
    known = {each["bom-ref"] for each in components}
    direct = [*needs.pop(None), *(each["bom-ref"] for each in built_in["components"])]
    graph = [{"ref": purl, "dependsOn": sorted(set(direct))}]
    graph += [{"ref": ref, "dependsOn": sorted(set(needs.get(ref, ())) & known - {ref})} for ref in sorted(known)]
    document = {"$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json", "bomFormat": "CycloneDX", "specVersion": SPEC, "version": 1,
                "metadata": {"component": main}, "components": components, "dependencies": graph}
    return numbered(document)


def numbered(document):
    """The same content has the same number."""
    content = {key: value for key, value in document.items() if key != "serialNumber"}
    return {**content, "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, json.dumps(content, sort_keys=True))}"}


def write(document, path):
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(path).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def carry(binary, sources, folder, triplet=None):
    """The bill of a folder, made here, that carries the program with its libraries and their licences."""
    libraries, asked = bundle.bundle(binary, folder, triplet)
    packages, owner = installed(machine=MACHINES.get(triplet)), {name: bundle.package_of(path) for name, path in libraries.items()}
    components = {name: of_package(packages[name], [folder / "lib" / lib for lib in sorted(owner) if owner[lib] == name])
                  for name in set(owner.values())}
    needs = {None: []}
    for library, names in asked.items():
        asker = library and components[owner[library]]["bom-ref"]
        needs.setdefault(asker, []).extend(components[owner[name]]["bom-ref"] for name in names if name in owner)
    return bill(folder / "bin" / "fcemu", compiled(sources, binary.parent), components.values(), needs)


def system(root, document):
    """The bill of a system that has such a folder: with all that is installed there, and what dpkg says of who needs whom."""
    packages = installed(root)
    components = {each["bom-ref"]: each for each in document["components"]}
    for package in packages.values():
        component = of_package(package, root=root)
        components.setdefault(component["bom-ref"], component)
    refs = {name: of_package(package, root=root)["bom-ref"] for name, package in packages.items()}
    needs = {each["ref"]: set(each["dependsOn"]) for each in document["dependencies"]}
    for name, package in packages.items():
        wanted = {each.split("(")[0].split(":")[0].strip() for each in re.split(r"[,|]", f"{package['Depends']},{package['Pre-Depends']}")}
        needs.setdefault(refs[name], set()).update(refs[each] for each in wanted if each in refs)
    graph = [{"ref": ref, "dependsOn": sorted(names - {ref})} for ref, names in sorted(needs.items())]
    return numbered({**document, "components": sorted(components.values(), key=lambda each: each["bom-ref"]), "dependencies": graph})


def main():
    verb, *words = sys.argv[1:] or [""]
    if (verb, len(words)) not in (("carry", 3), ("carry", 4), ("system", 3)):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        if verb == "carry":
            sources, build, folder = map(pathlib.Path, words[:3])
            write(carry(build / "fcemu", sources, folder, *words[3:]), f"{folder}.cdx.json")
        else:
            write(system(words[0], json.loads(pathlib.Path(words[1]).read_text(encoding="utf-8"))), words[2])
    except subprocess.CalledProcessError as failed:
        print(f"{' '.join(failed.cmd)}: {failed.stderr}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
