"""Makes this process's root the root of its mount namespace, then becomes the command given.

In a chroot they are two. Whoever joins the namespace of a container from there, as `podman exec` does, would find
itself in the namespace's root: in the files of the machine around, and not in the container's. Needs a mount
namespace of its own with nothing shared."""

import ctypes
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, MS_BIND, MS_REC, MNT_DETACH, SYS_pivot_root = 0x20000, 4096, 16384, 2, {"x86_64": 155, "aarch64": 41}


def call(name: str, *arguments: object) -> None:
    if getattr(LIBC, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def main() -> None:
    here = os.open("/", os.O_PATH | os.O_DIRECTORY)
    namespace = os.open("/proc/self/ns/mnt", os.O_RDONLY)
    directory = os.getcwd()
    call("setns", namespace, CLONE_NEWNS)
    os.fchdir(here)
    if not os.path.samestat(os.stat("/"), os.stat(".")):
        # Only a mount can become the root.
        path = os.fsencode(os.getcwd())
        call("mount", path, path, None, MS_BIND | MS_REC, None)
        os.chdir(path)
        call("syscall", SYS_pivot_root[os.uname().machine], b".", b".")
        call("umount2", b".", MNT_DETACH)
    os.close(here)
    os.close(namespace)
    os.chdir(directory)
    os.execvp(sys.argv[1], sys.argv[1:])


main()
