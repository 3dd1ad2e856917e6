"""Takes from rnnviz, in every Python process that has this folder on its path, what Windows lacks.

Only code of rnnviz is restricted. Libraries look for themselves what system they are on, and this
is still Linux: they keep what they find.
"""

import builtins
import os
import subprocess
import sys
import sysconfig
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
OURS = (f"{ROOT}{os.sep}rnnviz{os.sep}", f"{ROOT}{os.sep}pages{os.sep}", f"{ROOT}{os.sep}app.py")
STANDARD = (sysconfig.get_path("stdlib"), "<frozen", __file__)
SITE = sysconfig.get_path("purelib")
MODULES = {"crypt", "fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
POSIX_OS = """
    O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK WNOHANG chown fchown fork forkpty getegid geteuid
    getgid getloadavg getpgid getpgrp getpriority getsid getuid kill killpg lchown mkfifo nice
    posix_fallocate posix_spawn pread pwrite sched_getaffinity sched_setaffinity sendfile setpgid
    setpriority setsid statvfs sync sysconf uname wait wait3 wait4
"""
POSIX_SIGNAL = """
    SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGUSR1 SIGUSR2 alarm pause pthread_kill
    setitimer sigwait
"""
NAMES = {
    "os": set(POSIX_OS.split()),
    "select": {"epoll", "kqueue", "poll"},
    "signal": set(POSIX_SIGNAL.split()),
}
EVENTS = {"open", "os.listdir", "os.scandir", "ctypes.dlopen", "os.rename"}
POSIX_ARGUMENTS = {"pass_fds", "preexec_fn", "start_new_session", "process_group", "user", "umask"}


class Restricted(types.ModuleType):
    """A module without some of its names."""

    def __init__(self, module, names):
        super().__init__(module.__name__)
        self.__dict__["_module"], self.__dict__["_names"] = module, frozenset(names)

    def __getattr__(self, name):
        if name in self._names:
            raise AttributeError(f"Windows has no {self.__name__}.{name}")
        return getattr(self._module, name)

    def __setattr__(self, name, value):
        setattr(self._module, name, value)


def is_ours(path):
    return str(path).startswith(OURS)


def called_by_us():
    """Whether the nearest frame outside of the standard library is of rnnviz."""
    frame = sys._getframe()
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(SITE) or not path.startswith(STANDARD):
            return is_ours(path)
        frame = frame.f_back
    return False


def import_(name, globals=None, locals=None, fromlist=(), level=0):
    found = real_import(name, globals, locals, fromlist, level)
    if level == 0 and globals and is_ours(globals.get("__file__", "")):
        if name.partition(".")[0] in MODULES:
            raise ModuleNotFoundError(f"Windows has no module {name}", name=name)
        if name in NAMES:
            return Restricted(found, NAMES[name])
    return found


def popen(self, *arguments, **named):
    if POSIX_ARGUMENTS & named.keys() and called_by_us():
        raise ValueError(f"Windows does not know {sorted(POSIX_ARGUMENTS & named.keys())}")
    real_popen(self, *arguments, **named)


def audit(event, arguments):
    if event not in EVENTS:  # among the others is `sys._getframe`
        return
    caller = sys._getframe().f_back
    if caller is None or caller.f_code.co_filename == __file__:
        return
    path = str(arguments[0])
    if (not path.startswith(("/proc", "libc.")) and event != "os.rename") or not called_by_us():
        return
    if event != "os.rename":
        raise FileNotFoundError(f"Windows has no {path}")
    if Path(path).is_dir():
        moved = Path(arguments[0]).resolve()
        for handle in real_listdir("/proc/self/fd"):
            try:
                held = Path(real_readlink(f"/proc/self/fd/{handle}"))
            except OSError:
                continue
            if held.name == ".lock" and held.parent == moved:
                raise RuntimeError(f"Windows does not move a folder whose {held.name} is open")


real_import, real_popen = builtins.__import__, subprocess.Popen.__init__
real_listdir, real_readlink = os.listdir, os.readlink
builtins.__import__ = import_
subprocess.Popen.__init__ = popen
sys.addaudithook(audit)
