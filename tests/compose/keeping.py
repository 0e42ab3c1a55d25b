"""What is kept through restarts, restores and new secrets."""

import os
import shutil
import time

from hop_contract import ComposeContract
from machines import HOST, PODMAN, WORK, expect, podman, run
from project import Project


def find_edge(project: Project, contract: ComposeContract) -> None:
    """Visitors come to the stand-in's edge inside the container, whose address is another after each new start."""
    edge = project.address("cloudflared", "outside")
    contract.through.options = f"--connect-to ::{edge}:8443 --cacert {WORK}/edge.crt"
    contract.plain.options = f"--connect-to ::{edge}:8080"


# What is kept


def users(project: Project) -> str:
    return project.sql("select count(*) from keepers")


def kept(project: Project, contract: ComposeContract) -> str:
    """Stores through the hop, then restarts, takes down and brings up again."""
    find_edge(project, contract)
    before = users(project)
    expect(before != "0", "nobody is stored")
    photos = podman("volume", "inspect", "--format", "{{.Mountpoint}}", project.network("photos")).strip()
    (open(f"{photos}/mark", "w")).close()
    begin = time.monotonic()
    project.compose("restart", "web")
    project.wait_healthy("web")
    seconds = time.monotonic() - begin
    contract.sign_in()
    expect(users(project) == before, "a restart of web lost what was stored")
    project.compose("down")
    names = podman("ps", "--all", "--format", "{{.Names}}").split()
    expect(not [name for name in names if name.startswith(f"{project.name}_")], f"still there: {names}")
    project.compose("up", "-d")
    project.wait_healthy("postgres", "redis", "web", "cloudflared")
    find_edge(project, contract)
    contract.sign_in()
    expect(users(project) == before, "down and up lost what was stored")
    expect(os.path.exists(f"{photos}/mark"), "down and up lost a photo")
    hardware = project.inspect("web")["NetworkSettings"]["Networks"][project.network("hop")]["MacAddress"]
    expect(hardware == project.value("SAFEHARBOR_WEB_MAC"), f"web has the hardware address {hardware}")
    os.remove(f"{photos}/mark")
    return f"{before} keeper and the photos are still there; web was back after {seconds:.1f} s"


def stops_in_time(project: Project) -> str:
    """Every container ends by itself on its signal, and none has to be killed."""
    seen = []
    for service in ("cloudflared", "web", "worker", "redis", "postgres"):
        begin = time.monotonic()
        podman("stop", project.container(service))
        code = project.inspect(service)["State"]["ExitCode"]
        expect(code == 0, f"{service} ended with {code}")
        seen.append(f"{service} {time.monotonic() - begin:.1f} s")
    project.compose("up", "-d")
    project.wait_healthy("postgres", "redis", "web", "cloudflared")
    return ", ".join(seen)


def rotated(project: Project, contract: ComposeContract) -> str:
    """The guide's way to a new database and a new Redis password."""
    secrets = project.folder / "secrets"
    old = {name: (secrets / name).read_text() for name in ("database-password", "redis-password")}
    for name in old:
        (secrets / name).unlink()
    project.setup()
    for name, text in old.items():
        expect((secrets / name).read_text() != text, f"{name} is the old one")
    begin = time.monotonic()
    project.compose("up", "-d", "--force-recreate")
    project.wait_healthy("postgres", "redis")
    made = time.monotonic() - begin
    project.compose("exec", "-T", "postgres", "/docker-entrypoint-initdb.d/role.sh")
    project.wait_healthy("web", "cloudflared")
    well = time.monotonic() - begin
    find_edge(project, contract)
    contract.sign_in()
    health = contract.through.ask("/healthz").body
    expect('"redis":"ok"' in health.replace(" ", ""), health)
    return f"both changed; made anew after {made:.1f} s, healthy after {well:.1f} s; the owner signs in, Redis answers"


def tree(project: Project) -> dict[str, tuple[int, int, int]]:
    found = {str(path): path.stat() for path in project.folder.rglob("*")}
    return {name: (stat.st_mode, stat.st_uid, stat.st_size) for name, stat in found.items()}


def saved(project: Project, contract: ComposeContract) -> str:
    """The guide's backup and restore, word by word: the project's folder, the database and the photos are lost."""
    photos = project.network("photos")
    folder = podman("volume", "inspect", "--format", "{{.Mountpoint}}", photos).strip()
    with open(f"{folder}/photo", "wb") as file:
        file.write(b"a photo")
    shutil.chown(f"{folder}/photo", 10001, 10001)
    before = users(project)
    tar = f"{PODMAN} run --rm -i --network none --entrypoint tar"
    image = "docker.io/library/postgres:17-bookworm -C /photos"
    in_postgres = project.command("exec", "-T", "postgres")
    HOST.succeed(f"{in_postgres} pg_dump -U postgres -Fc safeharbor >{WORK}/safeharbor.dump")
    HOST.succeed(f"{tar} -v {photos}:/photos:ro {image} -c . >{WORK}/photos.tar")
    HOST.succeed(f"tar -C '{project.folder.parent}' --numeric-owner -c {project.name} >{WORK}/project.tar")
    kept_files = tree(project)
    shutil.rmtree(project.folder)
    HOST.succeed(f"tar -C '{project.folder.parent}' --numeric-owner -xp <{WORK}/project.tar")
    expect(tree(project) == kept_files, f"{tree(project)} instead of {kept_files}")
    expect("changed" not in project.setup(), "docker/setup changes what was restored")
    os.remove(f"{folder}/photo")
    project.sql("delete from keepers")
    expect(users(project) == "0", "nothing was lost, so nothing can be restored")
    project.compose("stop", "web", "worker")
    HOST.succeed(f"{in_postgres} dropdb -U postgres safeharbor")
    HOST.succeed(f"{in_postgres} createdb -U postgres -O safeharbor safeharbor")
    HOST.succeed(f"{in_postgres} pg_restore -U postgres --exit-on-error -d safeharbor <{WORK}/safeharbor.dump")
    HOST.succeed(f"{tar} -v {photos}:/photos {image} -xp --numeric-owner <{WORK}/photos.tar")
    project.compose("up", "-d")
    project.wait_healthy("web", "cloudflared")
    find_edge(project, contract)
    contract.sign_in()
    owner = os.stat(f"{folder}/photo").st_uid
    expect(owner == 10001, f"the photo belongs to {owner}")
    with open(f"{folder}/photo", "rb") as file:
        expect(file.read() == b"a photo" and users(project) == before, "not everything came back")
    os.remove(f"{folder}/photo")
    return f"{before} keeper and a photo lost and restored, {len(kept_files)} files of the project, too; the owner signs in"


def wrong_token(project: Project) -> str:
    """A token that cannot be read: the tunnel does not become healthy and says why; the pages are unmoved."""
    path = project.folder / "secrets" / "tunnel-token"
    right = path.read_text()
    path.chmod(0o600)
    path.write_text("no token at all\n")
    podman("restart", "--time", "5", project.container("cloudflared"), check=False)
    time.sleep(2)
    log = project.log("cloudflared")
    unhealthy = run(PODMAN, "healthcheck", "run", project.container("cloudflared"), check=False).returncode != 0
    path.write_text(right)
    path.chmod(0o400)
    expect("token is not valid" in log and unhealthy, f"healthy: {not unhealthy}; its log: {log[-300:]}")
    project.wait_healthy("web", "cloudflared")
    return "it says so in its log and is not healthy; with the right one it comes back by itself"
