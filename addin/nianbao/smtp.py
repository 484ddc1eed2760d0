"""Hand a finished message to the user's mail server: encrypted, the certificate checked, the whole or nothing.

Host, port, user and sender come from the user's settings file or the environment, the password from the system's
keyring or the environment. Neither is ever read from a command line, a workbook or a report.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Sequence

from . import files
from .errors import CallError, InputError
from .mail import addresses, one_line

if TYPE_CHECKING:
    import smtplib

TIMEOUT = 30  # seconds the server may take for one answer
SERVICE = "nianbao"  # the name under which the keyring keeps the password

_KEYS = ("host", "port", "user", "sender", "security")
_TLS, _STARTTLS = "tls", "starttls"
_TLS_PORT, _STARTTLS_PORT = 465, 587


@dataclass(frozen=True)
class Account:
    """Where and as whom to send. `tls`: encrypted from the first byte, else after STARTTLS; never without."""

    host: str
    port: int
    user: str
    sender: str
    tls: bool


def settings_path() -> Path:
    """Return where the user's settings for sending stand, whether or not the file exists."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return base / "nianbao" / "mail.toml"


def settings() -> dict[str, str]:
    """Return what is set for sending, by key; the environment (NIANBAO_SMTP_HOST …) wins over the settings file.

    A file that cannot be used is an `InputError`: a wrong line, an unknown key, or a password, which may not be there.
    """
    found = {k: str(v).strip() for k, v in _from_file(settings_path()).items()}
    found |= {k: v.strip() for k in _KEYS if (v := os.environ.get(f"NIANBAO_SMTP_{k.upper()}", ""))}
    return {k: v for k, v in found.items() if v}


def _from_file(path: Path) -> dict[str, Any]:
    import tomllib

    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(files.read_bytes(path).decode("utf-8-sig"))
    except ValueError as error:
        raise InputError("mail-settings", f"发信设置文件“{path}”写法有误，请检查，应形如 host = \"smtp.example.cn\"。") from error
    if "password" in data:
        raise InputError("mail-settings", f"密码不能写在“{path}”里，请删去这一行，改存到系统的密码管理器。")
    unknown = [key for key in data if key not in _KEYS]
    if unknown:
        raise InputError("mail-settings", f"发信设置文件“{path}”中没有“{unknown[0]}”这一项，可用的有 {'、'.join(_KEYS)}。")
    return data


def account() -> Account:
    """Return the account to send with; one that is not or not wholly set is a `CallError`."""
    found = settings()
    missing = [key for key in ("host", "sender") if key not in found]
    if missing:
        raise CallError(
            "mail-settings",
            f"还没有设置发信的邮箱，请在“{settings_path()}”中写上 {'、'.join(missing)}，或不加 --send 生成草稿。",
        )
    security = found.get("security", "").lower()
    if security not in ("", _TLS, _STARTTLS):
        raise CallError("mail-settings", f"发信设置 security 写的是“{security}”，应为 {_TLS} 或 {_STARTTLS}，请改正。")
    stated = found.get("port") or str(_TLS_PORT if security == _TLS else _STARTTLS_PORT)
    if not (stated.isascii() and stated.isdigit() and 0 < int(stated) < 65536):
        raise CallError("mail-settings", f"发信设置 port 写的是“{stated}”，应为端口号，例如 {_TLS_PORT}，请改正。")
    port = int(stated)
    tls = security == _TLS or (not security and port == _TLS_PORT)
    return Account(found["host"], port, found.get("user") or sender(), sender(), tls)


def sender() -> str:
    """Return the address set to send from, or nothing where none is set."""
    found = addresses([stated]) if (stated := settings().get("sender")) else ("",)
    if len(found) > 1:
        raise CallError("mail-settings", "发信设置 sender 写了几个地址，只能写一个，请改正。")
    return found[0]


def password(user: str) -> str:
    """Return the password of a user from the environment, else from the keyring; none is a `CallError`."""
    found = os.environ.get("NIANBAO_SMTP_PASSWORD") or _from_keyring(user)
    if not found:
        raise CallError(
            "mail-password",
            f"没有找到“{user}”的发信密码，请先运行 keyring set {SERVICE} {user} 存入系统的密码管理器，"
            "或设置环境变量 NIANBAO_SMTP_PASSWORD。",
        )
    return found


def _from_keyring(user: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:  # the extra `mail` is not installed
        return None
    try:
        found: str | None = keyring.get_password(SERVICE, user)
    except KeyringError:
        return None
    return found


def send(account: Account, password: str, to: Sequence[str], message: bytes) -> None:
    """Deliver a message to every address in `to`, or to none.

    A server that cannot be reached, cannot encrypt or cannot prove who it is, a refused login, address or message is
    an `InputError` that says so.
    """
    server = None
    try:
        server = _connect(account)
        server.login(account.user, password)
        _deliver(server, account.sender, to, message)
    except (OSError, UnicodeError) as error:  # all of smtplib's and ssl's errors are OSErrors
        raise InputError(*_told(error, account)) from error
    finally:
        if server is not None:
            with suppress(OSError):  # what the server says to the farewell changes nothing
                server.quit()
            server.close()


def _told(error: Exception, account: Account) -> tuple[str, str]:
    """Return code and sentence for what went wrong on the way to the server or in talking to it."""
    import smtplib
    import ssl

    where = f"邮件服务器“{account.host}:{account.port}”"
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = one_line(error.verify_message)
        return "mail-certificate", f"{where}的证书不可信（{reason}），没有登录也没有发送，请联系管理员。"
    if isinstance(error, ssl.SSLError):
        return "mail-tls", f"与{where}没能建立加密连接，没有发送，请核对端口和加密方式（security）。"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "mail-login", f"{where}拒绝“{account.user}”登录，请核对账号和密码，有的邮箱要用授权码代替密码。"
    # A server's name that cannot be one is a UnicodeError too, from Python 3.13 on of this kind.
    if isinstance(error, UnicodeEncodeError) and error.encoding != "idna":
        return "mail-login", "账号或密码中有中文或全角字符，邮件服务器不能接受，请核对。"
    if isinstance(error, smtplib.SMTPResponseException):
        return "mail-refused", f"{where}没有接受邮件（{_reply(error.smtp_error)}），请按其说明处理后重试。"
    if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
        return "mail-tls", f"{where}不提供加密登录，为保护密码没有发送，请核对端口或联系管理员。"
    return "mail-server", f"连不上{where}，没有发送，请核对服务器地址、端口和网络后重试。"


def _connect(account: Account) -> smtplib.SMTP:
    import smtplib
    import ssl

    context = ssl.create_default_context()
    if account.tls:
        return smtplib.SMTP_SSL(account.host, account.port, timeout=TIMEOUT, context=context)
    server = smtplib.SMTP(account.host, account.port, timeout=TIMEOUT)
    try:
        server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def _deliver(server: smtplib.SMTP, sender: str, to: Sequence[str], message: bytes) -> None:
    """Go through one delivery by hand: `sendmail` would send to some when others are refused."""
    import smtplib

    server.ehlo_or_helo_if_needed()
    limit = server.esmtp_features.get("size", "")
    if limit.isdigit() and 0 < int(limit) < len(message):
        raise _too_large(len(message), int(limit))
    code, reply = server.mail(sender, [f"size={len(message)}"] if server.has_extn("size") else [])
    if code == 552:
        raise _too_large(len(message))
    if code != 250:
        raise InputError("mail-refused", f"邮件服务器不接受发件人“{sender}”（{_reply(reply)}），请核对发信设置。")
    for address in to:
        code, reply = server.rcpt(address)
        if code not in (250, 251):
            raise InputError("mail-receiver", f"邮件服务器不接受收件人“{address}”（{_reply(reply)}），邮件没有发送，请核对地址。")
    try:
        code, reply = server.data(message)
    except smtplib.SMTPServerDisconnected as error:
        raise InputError(
            "mail-unconfirmed", "邮件交出后没有收到服务器的确认，可能已经发出，请先查看已发送邮件或询问收件人，再决定是否重发。"
        ) from error
    if code == 552:
        raise _too_large(len(message))
    if code != 250:
        raise smtplib.SMTPDataError(code, reply)


def _too_large(size: int, limit: int = 0) -> InputError:
    most = f"，服务器最多接受 {limit / 2**20:.1f} MB" if limit else ""
    return InputError("too-large", f"邮件连同附件共 {size / 2**20:.1f} MB{most}，没有发送，请压缩图片或改用其他方式报送。")


def _reply(text: bytes | str) -> str:
    """Return what the server said, short and in one line."""
    return one_line(text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text))[:120]
