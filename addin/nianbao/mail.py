"""A message with files attached: its addresses, its bytes, and how it is opened for a person to send.

Nothing here sends anything; that is `smtp`, and only on the user's own word.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Sequence

from .errors import CallError, InputError
from .opening import open_file

_TYPES = {
    ".docx": "vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "vnd.ms-excel.sheet.macroEnabled.12",
}
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{3,254}}$){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_BETWEEN = re.compile(r"[,;，；、\s]+")


@dataclass(frozen=True)
class Mail:
    """A message before it has a sender and a date.

    `attachments` are (file name, content). `draft`: the report has open errors, or was printed as a draft.
    `notes` are sentences for the clerk about how the files were read.
    """

    to: tuple[str, ...]
    subject: str
    body: str
    attachments: tuple[tuple[str, bytes], ...]
    draft: bool
    notes: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """The name of the draft on disk: that of the report it carries."""
        return f"{Path(self.attachments[0][0]).stem}.eml"


def addresses(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the mail addresses in texts, each once; several may stand in one text, with commas between them."""
    found: dict[str, str] = {}
    for part in (p for text in texts for p in _BETWEEN.split(text) if p):
        if not _ADDRESS.fullmatch(part):
            shown = one_line(part)
            raise CallError("mail-address", f"“{shown}”不是可用的邮件地址，应形如 name@example.cn，请用半角字符写完整。")
        found.setdefault(part.lower(), part)
    if texts and not found:
        raise CallError("mail-address", "没有写明收件人，请用 --to 写上邮件地址，例如 --to name@example.cn。")
    return tuple(found.values())


def one_line(text: str) -> str:
    """Return a text as one line without control characters and direction marks, safe in a header."""
    spaced = "".join(" " if c.isspace() else c for c in text)
    kept = "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return " ".join(kept.split())


# ---------------------------------------------------------------- bytes


def message_bytes(mail: Mail, sender: str, when: datetime, unsent: bool) -> bytes:
    """Return the message as RFC 5322 bytes, all ASCII; the same arguments give the same bytes.

    `when` is a time with its zone. With `unsent` mail programs open it for editing. Without a `sender` it has no From:
    the program that sends it puts its own account there.
    """
    import hashlib
    from email.header import Header
    from email.mime.application import MIMEApplication
    from email.mime.multipart import MIMEMultipart
    from email.mime.text import MIMEText
    from email.policy import compat32
    from email.utils import format_datetime

    # The older of the email package's two interfaces: it takes whole encoded words, and folds alike in every version.
    digest = hashlib.sha256(repr((mail.to, mail.subject, mail.body, sender)).encode())
    for name, content in mail.attachments:
        digest.update(name.encode() + hashlib.sha256(content).digest())
    message = MIMEMultipart(boundary=f"=_nianbao_{digest.hexdigest()[:24]}")
    if unsent:
        message["X-Unsent"] = "1"
    if sender:
        message["From"] = sender
    if mail.to:
        message["To"] = Header(", ".join(mail.to), header_name="To").encode()
    message["Subject"] = Header(mail.subject, "utf-8", header_name="Subject").encode()
    message["Date"] = format_datetime(when)
    digest.update(message["Date"].encode())
    domain = sender.partition("@")[2] or "nianbao.invalid"
    message["Message-ID"] = f"<{digest.hexdigest()[32:]}@{domain}>"
    message.attach(MIMEText(mail.body.replace("\n", "\r\n"), "plain", "utf-8"))
    for name, content in mail.attachments:
        part = MIMEApplication(content, _TYPES[Path(name).suffix])
        # Twice, as Thunderbird does: encoded words for older Outlook and Foxmail, RFC 2231 for everybody else.
        part.set_param("name", Header(name, "utf-8", header_name="name").encode())
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
        message.attach(part)
    # Everything long is folded by now; folding a second time would leave a line with nothing but "Content-Type:".
    return message.as_bytes(policy=compat32.clone(linesep="\r\n", max_line_length=998))


# ---------------------------------------------------------------- opening


def open_draft(draft: Path, mail: Mail) -> None:
    """Show the draft in the user's mail program, ready to be looked at and sent by hand.

    Classic Outlook, where it is the default on Windows, gets a new message, since it shows an .eml file of somebody
    else's making without its own signature; any other program opens the file. An `InputError` where none does.
    The branch for Outlook has never been run by the tests, which have no Windows.
    """
    if _in_outlook(mail):
        return
    try:
        open_file(draft)
    except OSError as error:
        sentence = f"草稿已写到“{draft}”，但没有能打开它的邮件程序，请在邮件程序中打开这个文件。"
        raise InputError("no-mail-program", sentence) from error


def _in_outlook(mail: Mail) -> bool:
    """Show the message in classic Outlook; False where that is not the default mail program, or does not answer."""
    import importlib.util
    import tempfile

    if not _outlook_is_default() or importlib.util.find_spec("win32com") is None:
        return False
    import win32com.client  # type: ignore[import-not-found,import-untyped,unused-ignore]

    try:
        item = win32com.client.Dispatch("Outlook.Application").CreateItem(0)  # olMailItem
        item.To, item.Subject, item.Body = "; ".join(mail.to), mail.subject, mail.body.replace("\n", "\r\n")
        with tempfile.TemporaryDirectory(prefix="nianbao-") as folder:
            for name, content in mail.attachments:
                path = Path(folder) / name
                path.write_bytes(content)
                item.Attachments.Add(str(path))  # Outlook keeps a copy of its own
        item.Display()
    except Exception:  # pywintypes.com_error, of a package that is only there on Windows
        return False
    return True


def _outlook_is_default() -> bool:
    """Whether classic Outlook is the user's mail program in Windows; asking Outlook itself could start its set-up."""
    if sys.platform == "win32":
        import winreg

        for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
            try:
                name = winreg.QueryValue(root, r"Software\Clients\Mail")
            except OSError:
                continue
            if name:
                return name == "Microsoft Outlook"
    return False
