"""The pipe on which this LibreOffice can be reached, made at the first press of a button and kept until it ends."""

import functools
import os
import secrets
import time

import uno
import unohelper
from com.sun.star.connection import NoConnectException
from com.sun.star.frame import XTerminateListener

_SECONDS = 5


class _Ending(unohelper.Base, XTerminateListener):
    """Lets the server go when LibreOffice ends, so that it takes its pipe out of the folder for temporary files."""

    def queryTermination(self, _):
        pass

    def notifyTermination(self, _):
        _server.cache_clear()

    def disposing(self, _):
        pass


def name():
    """Return the name of the pipe, on which LibreOffice answers from now on."""
    return _server()[1]


@functools.cache
def _server():
    """Start LibreOffice's own server, as its option --accept does; return it with the name of its pipe.

    Who may connect may do anything in the user's name, so only the user may: the mask makes the pipe theirs alone.
    """
    pipe = f"nianbao-{secrets.token_hex(16)}"
    acceptor = _service("com.sun.star.office.Acceptor")
    mask = os.umask(0o077)
    try:
        acceptor.initialize((f"pipe,name={pipe};urp;", True))
        _await_pipe(pipe)
    finally:
        os.umask(mask)
    _service("com.sun.star.frame.Desktop").addTerminateListener(_Ending())
    return acceptor, pipe


def _await_pipe(pipe):
    connector, deadline = _service("com.sun.star.connection.Connector"), time.monotonic() + _SECONDS
    while True:
        try:
            connector.connect(f"pipe,name={pipe}").close()
            return
        except NoConnectException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def _service(name):
    context = uno.getComponentContext()
    return context.ServiceManager.createInstanceWithContext(name, context)
