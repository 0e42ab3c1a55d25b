"""The stand-in images: see images/README.md."""

import io
import os
import re
import shutil
import tarfile
import tomllib
from pathlib import Path

from machines import PODMAN, ROOT, WORK, podman, run

HERE = ROOT / "tests/compose/images"
PUBLIC_HOST = "reef.example.org"


def version() -> str:
    return tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]


def compose_images() -> dict[str, str]:
    """The images as the compose file names them: the stand-ins get those very names."""
    text = (ROOT / "docker/compose.yaml").read_text()
    found = re.findall(r"\$\{([A-Z]+)_IMAGE:-([^}]+)\}", text)
    return {name.lower(): image for name, image in found}


def make_certificate(folder: Path) -> None:
    """A certificate that signs itself and nothing else, and is its own authority."""
    config = WORK / "certificate.cnf"
    config.write_text(
        "[req]\ndistinguished_name = name\nx509_extensions = more\nprompt = no\n"
        f"[name]\nCN = {PUBLIC_HOST}\n[more]\nbasicConstraints = critical,CA:FALSE\nsubjectAltName = DNS:{PUBLIC_HOST}\n"
    )
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "edge.key")
    run("openssl", "req", "-config", config, "-x509", "-days", "2", *key, "-out", folder / "edge.crt")


def application() -> Path:
    """The service's image as a tar file: the program, the libraries it needs, and nothing that could be called."""
    binary = Path(os.environ["BINARY"])
    libraries = re.findall(r"(/\S+) \(0x", run("ldd", binary).stdout)
    path = WORK / "application.tar"
    with tarfile.open(path, "w") as tar:

        def add(name: str, kind: bytes, mode: int, user: int = 0, content: bytes = b"", link: str = "") -> None:
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode, entry.uid, entry.gid = kind, mode, user, user
            entry.size, entry.linkname = len(content), link
            tar.addfile(entry, io.BytesIO(content))

        for folder in ("bin", "etc", "etc/ssl", "etc/ssl/certs", "lib64", "var", "var/lib", "var/lib/safeharbor"):
            add(folder, tarfile.DIRTYPE, 0o755)
        # Root's: what `tar -x` may not change there is part of the guide's restore.
        for folder in ("tmp", "var/lib/safeharbor/uploads"):
            add(folder, tarfile.DIRTYPE, 0o1777)
        add("etc/passwd", tarfile.REGTYPE, 0o644, 0, b"safeharbor:x:10001:10001::/var/lib/safeharbor:/bin/false\n")
        add("etc/group", tarfile.REGTYPE, 0o644, 0, b"safeharbor:x:10001:\n")
        authorities = Path("/etc/ssl/certs/ca-certificates.crt").read_bytes()
        add("etc/ssl/certs/ca-certificates.crt", tarfile.REGTYPE, 0o644, 0, authorities)
        add("bin/safeharbor", tarfile.REGTYPE, 0o755, 0, binary.read_bytes())
        for library in libraries:
            real = Path(library).resolve()
            add(library.lstrip("/"), tarfile.REGTYPE, 0o755, 0, real.read_bytes())
    return path


def build() -> None:
    podman("import", os.environ["BASE"], "localhost/safeharbor-test/debian:latest")
    tags = {**compose_images(), "mail": "localhost/safeharbor-test/mail:latest"}
    stand_ins = ROOT / "nixos-module/tests/stand-ins"
    for name, tag in tags.items():
        context = WORK / "images" / name
        shutil.copytree(HERE / name, context)
        if name == "cloudflared":
            for file in ("cloudflared.py", "hop.py"):
                shutil.copy(stand_ins / file, context)
            make_certificate(context)
            (context / "edge.json").write_text(
                '{"listen": "0.0.0.0:8443", "listen_plain": "0.0.0.0:8080", "catch_all": true,'
                ' "certificate": "/etc/cloudflared-stand-in/edge.crt", "key": "/etc/cloudflared-stand-in/edge.key",'
                f' "hostname": "{PUBLIC_HOST}", "service": "http://web:8000"}}\n'
            )
            shutil.copy(context / "edge.crt", WORK / "edge.crt")
        run(PODMAN, "build", "--quiet", "--network", "none", "--tag", tag, context)
    # As nix/image.nix has it.
    changes = (
        'ENTRYPOINT ["/bin/safeharbor"]',
        'CMD ["serve"]',
        "USER 10001:10001",
        "WORKDIR /var/lib/safeharbor",
        "ENV ALLOW_NON_LOOPBACK=1",
        "ENV LISTEN=0.0.0.0:8000",
        "ENV UPLOAD_DIR=/var/lib/safeharbor/uploads",
        "ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
        "EXPOSE 8000",
        "VOLUME /var/lib/safeharbor/uploads",
        "STOPSIGNAL SIGTERM",
    )
    words = [word for change in changes for word in ("--change", change)]
    podman("import", *words, application(), f"localhost/safeharbor:{version()}")
