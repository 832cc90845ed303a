"""The Java bootstrap: build.py JAVAC OUTPUT SOURCE_FOLDER. Compiles for Java 8 and packs a jar that is the same at every build."""

import pathlib
import subprocess
import sys
import tempfile
import zipfile

MANIFEST = (
    "Manifest-Version: 1.0\r\nMain-Class: fcemu.Main\r\nAdd-Opens: java.base/java.io java.base/java.lang java.base/java.util\r\n"
    "Enable-Native-Access: ALL-UNNAMED\r\n\r\n")
EPOCH = (1980, 1, 1, 0, 0, 0)


def compiled(javac, source, out, seen):
    """The classes of a source folder, in a folder of their own."""
    path = ":".join(str(folder) for folder in seen)
    files = sorted(map(str, source.rglob("*.java")))
    command = [javac, "--release", "8", "-g:source,lines", "-proc:none", "-Xlint:all", "-Xlint:-options", "-Xlint:-rawtypes", "-d", out]
    subprocess.run([*command, *(["-cp", path] if path else []), *files], check=True)
    return out


def main():
    javac, output, source = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        program = compiled(javac, source / "main", work / "main", [])
        api = compiled(javac, source / "api", work / "api", [])
        glue = compiled(javac, source / "glue", work / "glue", [program, api])
        with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as jar:
            jar.writestr(zipfile.ZipInfo("META-INF/MANIFEST.MF", EPOCH), MANIFEST)
            for place, prefix in ((program, ""), (api, "api/"), (glue, "glue/")):
                for path in sorted(place.rglob("*.class")):
                    info = zipfile.ZipInfo(prefix + str(path.relative_to(place)), EPOCH)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    jar.writestr(info, path.read_bytes())


main()
