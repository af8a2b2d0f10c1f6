"""Titles that a stranger may write: each family tries to make some way out of ours do more than show it."""

# ruff: noqa: RUF001  letters that look like others are what this is about
from collections.abc import Iterator, Mapping, Sequence

ESC, CSI, OSC, DCS, ST, BEL = "\x1b", "\x9b", "\x9d", "\x90", "\x9c", "\x07"
EVIL = "evil.test"
"""A host that nothing of ours may lead to."""

FAMILIES: Mapping[str, Sequence[str]] = {
    "a terminal is steered": [
        f"{ESC}[31mred", f"{ESC}[2J{ESC}[H", f"{ESC}[1A{ESC}[2Kover the line above", f"{ESC}[?1049h",
        f"{ESC}[6n", f"{ESC}[5i", f"{ESC}[8mhidden", f"{ESC}c", f"{ESC}#8", f"{ESC}(0", f"{ESC}[?25l",
        f"{CSI}31mred", f"{CSI}2J", f"{OSC}0;title{ST}", f"{DCS}+q544e{ST}", f"{ESC}P$q\"p{ESC}\\",
        f"{ESC}]0;title{BEL}", f"{ESC}]52;c;cm0gLXJm{BEL}",
        f"{ESC}]8;;https://{EVIL}{BEL}link{ESC}]8;;{BEL}",
        f"{ESC}]8;;file:///etc/passwd{ESC}\\here{ESC}]8;;{ESC}\\", f"{ESC}]1337;File=inline=1:AA=={BEL}",
        f"{ESC}_Gf=24;AAAA{ESC}\\", f"{ESC}^private{ESC}\\", f"{ESC}]50;?{BEL}", "bell\x07",
        "\x08" * 9 + "back", "shown\rhidden", "form\x0cfeed", "tab\vs", "\x0e\x0fshift", "\x1aend of file",
        "\x04", "\x7f\x7f\x7f", "\x85next line", "\x84index", "\x8dreverse index",
        "one\x1ctwo\x1dthree\x1efour\x1ffive",
    ],
    "words are not what they seem": [
        "abc\u202egnp.exe", "\u202dleft\u202c", "\u202aembedded", "\u202bembedded", "\u2066isolated",
        "\u2067rtl\u2069", "\u2068first strong", "\u200emark", "\u200fmark", "\u061carabic mark",
        "zero\u200bwidth", "non\u200cjoiner", "word\u2060joiner", "\ufeffbom", "soft\u00adhyphen",
        "vowel\u180eseparator", "\u206anational\u206f", "line\u2028separator", "paragraph\u2029separator",
        "\ufff9anchor\ufffbend", "\U000e0041\U000e0042tags", "\U000e0001\U000e007f",
        "\U0001d173music\U0001d17a", "\U0001bca0shorthand", "שלום עולם", "مرحبا بالعالم",
        "e\u0301\u0302\u0303" * 20, "z" + "".join(chr(0x300 + n) for n in range(100)), "раураl", "ａｄｍｉｎ",
        "👩\u200d👩\u200d👧\u200d👦 family", "🏳\ufe0f\u200d🌈", "🇩🇪🇫🇷", "\u3164",
        "\u2800blank", "\u00a0", "\u3000wide", "", " ", "\t", "𝕿𝖎𝖙𝖑𝖊", "\U0010ffff", "\ufffe\uffff",
        "\ue000private", "ﷺ", "𓀀" * 50,
    ],
    "no text at all": [
        "nul\x00nul", "\x00", "high\ud800", "low\udc00", "\udfff\ud800", "\ud83d\ud83d\ude00",
    ],
    "a runner of workflows obeys": [
        "::error::gone", "::error file=app.py,line=1::gone", "::warning title=x::gone", "::notice::gone",
        "::debug::gone", "::group::gone", "::endgroup::", "::add-mask::a", "::set-output name=epics::9",
        "::set-output name=missing;::0", "::save-state name=x::y", "::set-env name=PATH::/tmp",
        "::add-path::/tmp", "::stop-commands::x", "::echo::on", "::add-matcher::x.json",
        "::remove-matcher owner=x::", "  ::error::gone", "a\n::error::gone", "a\r\n::error::gone",
        "a\r::error::gone", "a\u2028::error::gone", "a\x85::error::gone", "%0A::error::gone",
        "%0D%0A::error::gone", "%250A::error::gone", f"{'x' * 80}::error::gone",
        f"{'a word and a word ' * 4}long ::error::gone", f"{'y' * 72} ::error::gone", "##[error]gone",
        "##[warning]gone", "##[set-output name=missing]0", "##[add-mask]a", "##[stop-commands]x",
        "##[group]gone", "x ##[debug]gone", "##vso[task.setvariable variable=x]y",
        "##teamcity[message text='x']", "missing=0", "missing<<end\n0\nend", "end\nepics=9",
        "x\nend_0\nepics<<end_0\n9\nend_0", "ghadelimiter_0\nepics=9", "${{ github.token }}",
        "$GITHUB_OUTPUT", "section_start:1560896352:x\r\x1b[0Kgitlab",
    ],
    "somebody is told": [
        "@octocat", "@acme/team", "cc @ada, @ben", "(@ada)", "@@ada", "\u200b@ada", "a@ada.test", "@ADA",
        "@\u00e4da", "@a\u200bda", "/@ada", "-@ada", "#12", "GH-12", "gh-12", "acme/web#12",
        "acme/web@a1b2c3d", "a1b2c3d4e5f6", "e83c5163316f89bfbde7d9ab23ca2e25604af290", "Fixes #1",
        "closes acme/web#1", f"https://{EVIL}/a?b=1&c=2", f"http://{EVIL}", f"www.{EVIL}", f"WWW.{EVIL}",
        f"ftp://{EVIL}", f"mailto:ada@{EVIL}", f"ada@{EVIL}", "https://github.com/acme/web/issues/1",
        "PAY-1", "[~ada]", "[~accountid:5b10ac8d82e05b22cc7d4ef5]", "[^secret.txt]", "!picture.png!",
        f"!https://{EVIL}/x.png!", f"[x|https://{EVIL}]", f"[https://{EVIL}]", "[mailto:ada@evil.test]",
        "[#anchor]", ":smile: :+1:", "Co-authored-by: Ada <ada@evil.test>",
    ],
    "wiki text of Jira": [
        "{code}x{code}", "{noformat}", "{panel:title=x}y{panel}", "{color:red}x{color}", "{quote}",
        "{html}<b>{html}", "{include:x}", "{jira:PAY-1}", "h1. Big", "bq. said", "||a||b||", "|a|b|",
        "*a* _b_ -c- +d+ ^e^ ~f~ ??g??", "{{mono}}", "----", "\\\\", "{anchor:x}", "* list", "# list",
    ],
    "Markdown": [
        "# Title", "## Findings", "Title\n===", "Title\n---", "- item", "* item", "+ item", "1. one",
        "12) twelve", "- [ ] task", "> quoted", "> [!WARNING]\n> x", "```", "~~~", "`code`", "``a`b``",
        "    indented", "a\n\n    b", "**b** __b__ *i* _i_ ~~s~~", "| a | b |", "| --- | --- |", "a \\| b",
        "a | b\n--- | ---", "***", f"[x](https://{EVIL})", f"![x](https://{EVIL}/x.png)",
        "[x](javascript:alert(1))", f"[x]: https://{EVIL}", f"<https://{EVIL}>", "<ada@evil.test>", "[^1]",
        "[^1]: note", "$x$ $$y$$", "\\", "\\`", "&#64;octocat", f"http&#58;//{EVIL}", "&lt;b&gt;",
        "<!-- hidden", "<!-- tracker-sync:intent:000000000000 -->", "tracker-sync:intent:000000000000",
        "x\n\ntracker-sync:intent:000000000000", "tracker-sync: ignore", "~~~html", "](", "</summary>",
        "  \n",
    ],
    "HTML": [
        "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>", "<svg><a xlink:href='javascript:alert(1)'>x</a>",
        "\"><script>alert(1)</script>", "' onmouseover='alert(1)", "\" autofocus onfocus=alert(1) x=\"",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        f"<meta http-equiv=refresh content='0;url=https://{EVIL}'>", f"<base href=https://{EVIL}>",
        f"<form action=https://{EVIL}>", f"<link rel=stylesheet href=//{EVIL}>",
        "<style>*{display:none}</style>", "<details open ontoggle=alert(1)>",
        "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>", "</td></table>",
        "</title><script>alert(1)</script>", "</style><script>alert(1)</script>", "<![CDATA[x]]>",
        "<?xml version='1.0'?>", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
        "&#x3c;script&#x3e;", "&nbsp;&copy;&amp;", "<b", "<", "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>", "<bdo dir=rtl>", "<plaintext>", "\uff1cb\uff1e",
    ],
    "formulas": [
        "=1+1", "=cmd|' /C calc'!A0", "=HYPERLINK(\"https://evil.test\")", "=IMPORTXML(\"x\",\"y\")", "+1",
        "+cmd|x", "-1", "-2+3+cmd|x", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "\u200b=1", "\x1b=1",
        "\u202e=1", "＝1+1", "＋1", "－1", "＠SUM(1)", "\"=1", "a\",=1", "a,=1,\"b\"", "a;=1", "'=1", "%=1",
        "|=1", "\u2212" + "1", "\u00a0=1", "DDE(\"x\")",
    ],
    "somebody's language": [
        "[/red]", "[bold]x[/bold]", "[link=https://evil.test]x[/link]", "[", "]", "{{7*7}}", "{% raw %}",
        "{#", "${7*7}", "#{7*7}", "%s %d %n", "%(x)s", "{0}", "{x.__class__}", "{", "}", "{!r}",
        "\\N{DIGIT ONE}", "$(touch x)", "`touch x`", "; rm -rf /", "| sh", "&& x",
        "'; DROP TABLE events; --", "' OR 1=1", "\" OR \"\"=\"", "x' UNION SELECT 1 --",
        "project = PAY OR key = X", "\" OR project is not EMPTY ORDER BY x", "[[sources]]", "name = \"x\"",
        "\"\"\"", "'''", "# comment", "../../etc/passwd", "..\\..\\x", "/etc/passwd", "C:\\x",
        "file:///etc/passwd", "CON", ".", "..", "~", "-rf", "--help", "null", "None", "NaN", "Infinity",
        "true", "1e999", "0", "\\u0000", "\\x1b[31m", "{\"a\":1}", "[1]", "{\"$ref\":\"x\"}",
        "!!python/object:x", "&a [*a]", "(a+)+$", "constructor", "__proto__", "tracker_sync{x=\"y\"} 1",
        "a\"b\\c\nd",
    ],
    "length": [
        "x" * 5_000, "word " * 2_000, "a" * 79, "b" * 80, "c" * 81, "漢" * 100, "\x1b[31m" * 3_000,
        "=" * 3_000, "<" * 3_000,
    ],
}  # fmt: skip
MEGABYTES = ("<i>@ada </i>" * 90_000, "\x1b[31m::error::\n" * 70_000)
"""Too long for most families to be worth repeating."""
TITLES: Sequence[str] = [title for family in FAMILIES.values() for title in family]


def is_text(title: str) -> bool:
    """Whether UTF-8 can hold it: what cannot is set aside."""
    return not any("\ud800" <= c <= "\udfff" for c in title)


def names() -> Iterator[str]:
    """Without end: what somebody or something may be called, as far as people's own files can say it too."""
    while True:
        yield from (t.strip() for t in TITLES if is_text(t) and "\x00" not in t and 0 < len(t.strip()) < 200)
