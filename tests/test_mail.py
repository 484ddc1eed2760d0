"""The mail draft as another program reads it, and sending it through a real mail server on this machine."""

from __future__ import annotations

import email
import email.header
import email.message
import email.policy
import os
import socket
import ssl
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Iterator, Sequence

import keyring
import keyring.backend
import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

import nianbao
from nianbao import cli, mail, opening, smtp
from nianbao.desk import mailing
from nianbao.desk.terms import terms
from nianbao.errors import NianbaoError
from nianbao.prose import Draft
from nianbao.report import Report
from nianbao.word.write import docx_bytes
from reports import build

WHEN = datetime(2025, 1, 20, 9, 30, tzinfo=timezone(timedelta(hours=8)))
TO = ("bgs@example.cn",)
USER, PASSWORD = "clerk@example.cn", 'p w"s'


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs in a folder of its own and knows no account, keyring or mail program of this machine."""
    for key in ("HOST", "PORT", "USER", "SENDER", "SECURITY", "PASSWORD"):
        monkeypatch.delenv(f"NIANBAO_SMTP_{key}", raising=False)
    (tmp_path / "settings").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.chdir(tmp_path / "work")


def docx(report: Report | None = None, draft: Draft | None = None) -> Path:
    path = Path("报告.docx")
    path.write_bytes(docx_bytes(report or build(), draft=draft))
    return path


def prepare(source: Path, to: Sequence[str], workbook: Path | None = None) -> mail.Mail:
    return mailing.prepare(source, to, terms(), workbook)


def wrong() -> Report:
    return build(figures={"t3.new_received.natural": 1})


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert [d for part in message.walk() for d in part.defects] == []
    return message


def draft_of(letter: mail.Mail, sender: str = "") -> EmailMessage:
    return parsed(mail.message_bytes(letter, sender, WHEN, unsent=True))


def attached(message: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_content() for part in message.iter_attachments()}


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


# ---------------------------------------------------------------- the draft


def test_a_draft_opens_for_editing_and_carries_the_report_byte_for_byte() -> None:
    source = docx()
    message = draft_of(prepare(source, TO), USER)
    assert message["X-Unsent"] == "1"
    assert (message["From"], message["To"]) == (USER, TO[0])
    assert message["Subject"] == "青禾县水利局2024年政府信息公开工作年度报告"
    assert attached(message) == {"青禾县水利局2024年政府信息公开工作年度报告.docx": source.read_bytes()}


def test_the_body_says_whose_report_of_which_year_it_is_and_how_the_check_went() -> None:
    body = text_of(draft_of(prepare(docx(), TO)))
    assert body.startswith("您好：\n\n现送上《青禾县水利局2024年政府信息公开工作年度报告》，请审阅。\n")
    assert "单位：青禾县水利局\n年度：2024年（统计期限2024年1月1日至2024年12月31日）\n校验：没有错误" in body
    assert "附件：青禾县水利局2024年政府信息公开工作年度报告.docx\n" in body and "草稿" not in body


def test_a_report_with_open_errors_is_called_a_draft_in_subject_body_and_file_name() -> None:
    report = wrong()
    errors = sum(f.severity == "error" for f in nianbao.check(report))
    message = draft_of(prepare(docx(report), TO))
    assert message["Subject"].startswith("【草稿】青禾县水利局2024年")
    assert f"校验：错误{errors}处" in text_of(message) and "本件为草稿" in text_of(message)
    assert list(attached(message)) == ["青禾县水利局2024年政府信息公开工作年度报告（草稿）.docx"]


def test_a_report_printed_as_a_draft_is_mailed_as_one_even_without_errors() -> None:
    letter = prepare(docx(draft=Draft()), TO)
    assert letter.draft and letter.subject.startswith("【草稿】") and "校验：没有错误" in letter.body


def test_an_explained_question_makes_no_draft() -> None:
    figures = {"t2.norms.issued": 3, "t2.norms.in_force": 1}
    [asked] = [f for f in nianbao.check(build(figures=figures)) if f.severity == "explain"]
    assert prepare(docx(build(figures=figures)), TO).draft
    answer = [{"fingerprint": asked.fingerprint, "explanation": "年内失效两件"}]
    letter = prepare(docx(build(figures=figures, explanations=answer)), TO)
    assert not letter.draft and "已说明1处。" in letter.body


def test_the_same_input_gives_the_same_bytes_and_another_time_only_another_date_and_id() -> None:
    source = docx()
    first, again = (mail.message_bytes(prepare(source, TO), USER, WHEN, True) for _ in range(2))
    later = mail.message_bytes(prepare(source, TO), USER, WHEN + timedelta(minutes=1), True)
    assert first == again
    pairs = zip(first.split(b"\r\n"), later.split(b"\r\n"), strict=True)
    assert [a.split(b":")[0] for a, b in pairs if a != b] == [b"Date", b"Message-ID"]


def test_a_draft_is_ascii_in_lines_that_every_server_takes() -> None:
    report = build(unit="青禾县" + "水利和湖泊" * 12 + "局")
    letter = prepare(docx(report), [f"a{n}@example.cn" for n in range(60)])
    content = mail.message_bytes(letter, USER, WHEN, True)
    assert content.isascii() and b"\n" not in content.replace(b"\r\n", b"")
    head = content.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78 and max(map(len, content.split(b"\r\n"))) <= 998
    message = parsed(content)
    assert message["Subject"] == letter.subject and report.unit in letter.subject
    assert len(message["To"].addresses) == 60


def test_a_program_that_knows_only_encoded_words_reads_the_file_name_too() -> None:
    content = mail.message_bytes(prepare(docx(), TO), USER, WHEN, True)
    [_, part] = email.message_from_bytes(content, policy=email.policy.compat32).get_payload()
    assert isinstance(part, email.message.Message)
    words = email.header.decode_header(str(part.get_param("name")).replace("\r\n", ""))
    assert str(email.header.make_header(words)) == "青禾县水利局2024年政府信息公开工作年度报告.docx"


# ---------------------------------------------------------------- with the workbook


def test_the_workbook_goes_along_byte_for_byte() -> None:
    book = Path("年报.xlsx")
    nianbao.write(build(), book)
    letter = prepare(docx(), TO, book)
    name = "青禾县水利局2024年政府信息公开工作年度报告（工作簿）.xlsx"
    assert attached(draft_of(letter))[name] == book.read_bytes()
    assert name in letter.body and letter.notes == ()


def test_a_workbook_whose_figures_differ_from_the_report_is_said_so() -> None:
    book = Path("年报.xlsx")
    nianbao.write(build(figures={"t2.norms.issued": 1, "t2.norms.in_force": 1}), book)
    letter = prepare(docx(), TO, book)
    assert "所附工作簿与报告有2处数字不同" in letter.notes[-1] and "有2处数字不同" in letter.body


def test_a_workbook_of_another_year_is_not_sent() -> None:
    book = Path("去年.xlsx")
    nianbao.write(build(year=2023), book)
    with pytest.raises(NianbaoError, match="青禾县水利局 2023年度") as caught:
        prepare(docx(), TO, book)
    assert caught.value.code == "other-workbook"


def test_attachments_no_mailbox_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailing, "MAX_ATTACHED", 1000)
    with pytest.raises(NianbaoError) as caught:
        prepare(docx(), TO)
    assert caught.value.code == "too-large"


# ---------------------------------------------------------------- hostile names and addresses

HOSTILE = [
    "甲局\r\nBcc: evil@example.org\r\n\r\n<b>",
    "甲局\nX-Unsent: 0\u2028Bcc: evil@example.org\x85",
    "\u202egpj.局\u2066/../../甲\\",
    'CON"; filename="x.exe',
    "CON",
    "..",
    "=?utf-8?b?QmNj?=",
    "甲 乙　丙 &<局>\x00\x1b[2J",
    "",
    "局" * 400,
    "\U0001f600" * 90,
]


@pytest.mark.parametrize("unit", HOSTILE, ids=range(len(HOSTILE)))
def test_no_unit_name_adds_a_header_an_address_or_a_path(unit: str) -> None:
    source = docx(build(unit=unit))
    letter = prepare(source, TO)
    content = mail.message_bytes(letter, USER, WHEN, True)
    message = parsed(content)
    wanted = {"content-type", "mime-version", "x-unsent", "from", "to", "subject", "date", "message-id"}
    assert sorted(key.lower() for key in message.keys()) == sorted(wanted)
    assert [a.addr_spec for a in message["To"].addresses] == list(TO)
    assert message["Subject"] == letter.subject
    [(name, carried)] = attached(message).items()
    assert carried == source.read_bytes()
    for found in (name, letter.file_name):
        assert found == Path(found).name and found.isprintable() and ".." not in found
        assert not set(found) & set('\\/:*?"<>|') and found.split(".")[0].upper() != "CON"
    assert all(c.isprintable() or c == "\n" or c == "\u3000" for c in text_of(message))
    assert max(map(len, content.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "address", ["bgs", "bgs@", "@example.cn", "a@example", "办公室@example.cn", "bgs＠example.cn", "a@b.cn\r\nBcc:x@y.cn",
                "a@-b.cn", "<a@b.cn>", "a..b@c.cn", "", " , "]
)  # fmt: skip
def test_a_wrong_address_is_refused_and_nothing_is_written(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    source = docx()
    assert cli.run(["mail", str(source), "--to", "ok@example.cn" * bool(address.strip(" ,")), "--to", address]) == 2
    said = capsys.readouterr().err.strip()
    assert said.endswith("。") and "\n" not in said
    assert [p.name for p in Path().iterdir()] == [source.name]


def test_several_addresses_may_stand_in_one_text_and_each_is_used_once() -> None:
    assert mail.addresses(["a@b.cn，c@d.gov.cn; e@f.cn", "A@b.cn"]) == ("a@b.cn", "c@d.gov.cn", "e@f.cn")


def test_a_draft_without_an_address_leaves_it_to_the_user() -> None:
    assert draft_of(prepare(docx(), ()))["To"] is None


# ---------------------------------------------------------------- the command and the mail program


def run(*arguments: str | Path) -> int:
    return cli.run(["mail", str(docx()), "--to", TO[0], *map(str, arguments)])


def test_the_command_writes_a_draft_named_after_the_report() -> None:
    assert run() == 0
    message = parsed(Path("青禾县水利局2024年政府信息公开工作年度报告.eml").read_bytes())
    assert (message["X-Unsent"], message["From"]) == ("1", None)
    assert run("-o", "信.eml") == 0 and run("-o", "信.eml") == 2


@pytest.mark.parametrize(
    "options", [("-o", "信.msg"), ("--open", "--send"), ("--password", "x"), ("--workbook", "a.docx")]
)
def test_a_call_that_cannot_work_writes_nothing(options: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*options) == 2
    assert capsys.readouterr().err.strip().endswith("。")
    assert [p.name for p in Path().iterdir()] == ["报告.docx"]


def test_only_a_word_report_is_mailed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.json").write_text("{}")
    assert cli.run(["mail", "a.json", "--to", TO[0]]) == 2
    assert "不是 Word 报告" in capsys.readouterr().err


def opener(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a desktop's program for opening files on the path; the machine that tests has no desktop."""
    program = folder / ("open" if sys.platform == "darwin" else "xdg-open")
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_open_hands_the_draft_to_the_default_mail_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opener(tmp_path, f'printf %s "$1" >"{tmp_path}/opened"', monkeypatch)
    assert run("--open", "-o", "信 件.eml") == 0
    assert Path((tmp_path / "opened").read_text()) == Path("信 件.eml").resolve()


def test_without_a_mail_program_the_draft_is_kept_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opener(tmp_path, "exit 3", monkeypatch)
    assert run("--open", "-o", "信.eml") == 2
    monkeypatch.setenv("PATH", "")
    assert run("--open", "-o", "信二.eml") == 2
    assert "草稿已写到“信二.eml”" in capsys.readouterr().err
    assert Path("信.eml").exists() and Path("信二.eml").exists()


def test_a_mail_program_that_stays_open_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opener(tmp_path, f'echo $$ >"{tmp_path}/pid"; exec sleep 60', monkeypatch)
    monkeypatch.setattr(opening, "_START", 0.5)
    assert run("--open") == 0
    os.kill(int((tmp_path / "pid").read_text()), 9)


# ---------------------------------------------------------------- the mail server


@dataclass
class Server:
    """A mail server on this machine that wants a login, and what it was given."""

    port: int = 0
    received: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    logins: list[bool] = field(default_factory=list)
    vanish: bool = False

    def login(self, _server: Any, _session: Any, _envelope: Any, _method: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        self.logins.append(known)
        return AuthResult(success=known, handled=False)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address.startswith("nobody@"):
            return "550 没有这个邮箱"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        self.received.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        if self.vanish:
            server.transport.abort()
        return "250 OK"


AUTHORITY = trustme.CA()


def identity(name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert(name).configure_cert(context)
    return context


@contextmanager
def serving(security: str, name: str = "127.0.0.1", size: int = 2**25) -> Iterator[Server]:
    server = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server.port = probe.getsockname()[1]
    options: dict[str, Any] = {"authenticator": server.login, "auth_required": True, "data_size_limit": size}
    if security == "starttls":
        options |= {"tls_context": identity(name), "require_starttls": True}
    elif security == "tls":
        options |= {"ssl_context": identity(name), "auth_require_tls": False}
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def use(server: Server, security: str, monkeypatch: pytest.MonkeyPatch, password: str = PASSWORD) -> None:
    values = {"HOST": "127.0.0.1", "PORT": str(server.port), "SENDER": USER, "SECURITY": security, "PASSWORD": password}
    for key, value in values.items():
        monkeypatch.setenv(f"NIANBAO_SMTP_{key}", value)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system trusts the authority that certified the test's server."""
    AUTHORITY.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


# aiosmtpd does not count encryption from the first byte as TLS
both = pytest.mark.parametrize("security", ["starttls", "tls"])
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@both
@pytest.mark.usefixtures("trusted")
def test_send_delivers_what_was_written_over_an_encrypted_line(security: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(security) as server:
        use(server, security, monkeypatch)
        assert run("--to", "ld@example.cn", "--send") == 0
    [(sender, receivers, content)] = server.received
    assert (sender, receivers, server.logins) == (USER, [TO[0], "ld@example.cn"], [True])
    message = parsed(content)
    assert (message["X-Unsent"], message["From"]) == (None, USER)
    assert message["Subject"] == "青禾县水利局2024年政府信息公开工作年度报告"
    assert "校验：没有错误" in text_of(message)
    assert list(attached(message).values()) == [Path("报告.docx").read_bytes()]
    assert [p.name for p in Path().iterdir()] == ["报告.docx"]


@pytest.mark.usefixtures("trusted")
def test_the_copy_on_disk_is_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving("starttls") as server:
        use(server, "starttls", monkeypatch)
        assert run("--send", "-o", "已发.eml") == 0
    assert server.received[0][2] == Path("已发.eml").read_bytes()


@pytest.mark.usefixtures("trusted")
def test_nothing_is_sent_without_send(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opener(tmp_path, "exit 0", monkeypatch)
    with serving("starttls") as server:
        use(server, "starttls", monkeypatch)
        assert run() == run("--open", "-o", "信.eml") == 0
    assert (server.logins, server.received) == ([], [])


@pytest.mark.usefixtures("trusted")
def test_the_password_comes_from_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ring(keyring.backend.KeyringBackend):
        priority = 1  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> str | None:
            return PASSWORD if (service, username) == ("nianbao", USER) else None

        def set_password(self, service: str, username: str, password: str) -> None:
            raise AssertionError("nothing is written to the keyring")

    before = keyring.get_keyring()
    keyring.set_keyring(Ring())
    try:
        with serving("starttls") as server:
            use(server, "starttls", monkeypatch, password="")
            assert run("--send") == 0
    finally:
        keyring.set_keyring(before)
    assert server.logins == [True]


def refused(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Send, be refused, and return the one sentence that says why."""
    assert run("--send", "-o", "信.eml", *options) == 2
    said = capsys.readouterr().err.strip()
    assert said.endswith("。") and "\n" not in said and PASSWORD not in said
    assert not Path("信.eml").exists()
    return said


@both
@pytest.mark.usefixtures("trusted")
def test_a_refused_login(security: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(security) as server:
        use(server, security, monkeypatch, password="wrong")
        assert f"拒绝“{USER}”登录" in refused(capsys)
        use(server, security, monkeypatch, password="密码")
        assert "中文或全角" in refused(capsys)
    assert True not in server.logins and server.received == []


@both
def test_an_untrusted_certificate_gets_no_password(
    security: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(security) as server:
        use(server, security, monkeypatch)
        assert "证书不可信" in refused(capsys)
    assert (server.logins, server.received) == ([], [])


@both
@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_server_gets_no_password(
    security: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(security, name="mail.example.org") as server:
        use(server, security, monkeypatch)
        assert "证书不可信" in refused(capsys)
    assert (server.logins, server.received) == ([], [])


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_that_does_not_encrypt_gets_no_password(
    security: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving("none") as server:
        use(server, security, monkeypatch)
        assert "加密" in refused(capsys)
    assert (server.logins, server.received) == ([], [])


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # taken, and nobody listens
        use(Server(port=taken.getsockname()[1]), "tls", monkeypatch)
        assert "连不上邮件服务器" in refused(capsys)
    for host in ("no-such-host.invalid", "a..b", "甲" * 80):
        monkeypatch.setenv("NIANBAO_SMTP_HOST", host)
        assert "连不上邮件服务器" in refused(capsys)


def test_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for security in ("starttls", "tls"):
            use(Server(port=silent.getsockname()[1]), security, monkeypatch)
            assert "连不上邮件服务器" in refused(capsys)


@pytest.mark.usefixtures("trusted")
def test_one_refused_receiver_and_nobody_gets_the_mail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving("starttls") as server:
        use(server, "starttls", monkeypatch)
        said = refused(capsys, "--to", "nobody@example.cn")
    assert "不接受收件人“nobody@example.cn”" in said and "没有这个邮箱" in said
    assert (server.logins, server.received) == ([True], [])


@pytest.mark.usefixtures("trusted")
def test_a_mail_the_server_finds_too_large(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with serving("starttls", size=2000) as server:
        use(server, "starttls", monkeypatch)
        assert "没有发送，请压缩" in refused(capsys)
    assert server.received == []


@pytest.mark.usefixtures("trusted")
def test_a_server_that_vanishes_after_taking_the_mail_may_have_sent_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving("starttls") as server:
        server.vanish = True
        use(server, "starttls", monkeypatch)
        assert "可能已经发出" in refused(capsys)


# ---------------------------------------------------------------- settings


def test_settings_come_from_the_users_file_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    path = smtp.settings_path()
    path.parent.mkdir()
    path.write_text('host = "smtp.example.cn"\nport = 465\nsender = "a@example.cn"\n', "utf-8-sig")  # as Notepad saves
    assert smtp.account() == smtp.Account("smtp.example.cn", 465, "a@example.cn", "a@example.cn", True)
    monkeypatch.setenv("NIANBAO_SMTP_PORT", "587")
    monkeypatch.setenv("NIANBAO_SMTP_USER", "clerk")
    assert smtp.account() == smtp.Account("smtp.example.cn", 587, "clerk", "a@example.cn", False)
    assert run("-o", "信.eml") == 0
    assert parsed(Path("信.eml").read_bytes())["From"] == "a@example.cn"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "host、sender"),
        ("host = smtp.example.cn", "写法有误"),
        ('host = "h"\nsender = "a@b.cn"\npassword = "x"', "密码不能写在"),
        ('host = "h"\nsender = "a@b.cn"\ncertificate = "no"', "没有“certificate”这一项"),
        ('host = "h"\nsender = "a@b.cn"\nport = "smtp"', "“smtp”"),
        ('host = "h"\nsender = "a@b.cn"\nport = 70000', "“70000”"),
        ('host = "h"\nsender = "a@b.cn"\nsecurity = "none"', "应为 tls 或 starttls"),
        ('host = "h"\nsender = "甲局"', "“甲局”"),
        ('host = "h"\nsender = "a@b.cn, c@d.cn"', "只能写一个"),
        ('host = "h"\nsender = "a@b.cn"', "没有找到“a@b.cn”的发信密码"),
    ],
)
def test_settings_that_cannot_work_are_named(text: str, named: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = smtp.settings_path()
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    assert named in refused(capsys)
