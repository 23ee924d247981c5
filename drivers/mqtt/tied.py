"""Run a program that ends with its parent, also when that is killed: `tied.py PARENT PROGRAM ARGS…`.

A launcher and not a `preexec_fn`: that one runs Python between fork and exec, which can lock up in a
process with threads. Started by path with `python -I`, so it imports nothing but these four modules. Linux
only does the tying (prctl(2), PR_SET_PDEATHSIG); note that the signal comes when the *thread* that started
the child ends.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Tie this process to `parent` and become the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we were tied
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
